"""The step of an import that matches headings, as a person goes through it."""

from publishing.models import Batch
from tests.admin_pages import admin_url


def posted(form, **choices):
    """Return the form as a browser sends it, with these choices."""
    values = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in values.items() if value is not None}
    return data | {"shape": form.shape} | choices


class ColumnStep:
    """The page after the upload of a file."""

    def __init__(self, desk, model, data, name="table.csv", mode="draft"):
        self.desk, self.model = desk, model
        answer = desk.upload(model, data, name=name, mode=mode)
        assert answer.status_code == 302, answer.context["form"].errors
        self.batch = Batch.objects.latest("pk")
        self.address = admin_url(model, "batch_columns", self.batch.pk)
        assert answer["Location"] == self.address
        self.read(desk.client.get(self.address))

    @classmethod
    def of(cls, desk, batch):
        """Return the page of an import whose columns are changed."""
        step = cls.__new__(cls)
        step.desk, step.model, step.batch = desk, batch.model_class, batch
        step.address = admin_url(step.model, "batch_columns", batch.pk)
        step.read(desk.client.get(step.address))
        return step

    def read(self, answer):
        assert answer.status_code == 200
        self.page, self.form = answer.content.decode(), answer.context["form"]
        self.problem = answer.context["problem"]

    @property
    def guesses(self):
        """Return the column that is ticked for each heading."""
        return {row.label: row.field.value() for row in self.form.heading_rows()}

    @property
    def samples(self):
        return {row.label: row.samples for row in self.form.heading_rows()}

    def posted(self, **choices):
        return posted(self.form, **choices)

    def show(self, **choices):
        """Read the file in another way."""
        data = self.posted(**choices) | {"decision": "show"}
        self.read(self.desk.client.post(self.address, data))
        return self

    def go_on(self, **choices):
        """Go to the preview and check every row. Return the batch."""
        answer = self.desk.client.post(
            self.address, self.posted(**choices) | {"decision": "continue"}
        )
        assert answer.status_code == 302, answer.context["form"].errors
        preview = answer["Location"]
        assert preview == admin_url(self.model, "batch", self.batch.pk)
        for _step in range(50):
            done = self.desk.client.post(
                preview, {"decision": "look"}, headers={"accept": "application/json"}
            ).json()
            if not done["left"]:
                self.batch.refresh_from_db()
                return self.batch
        raise AssertionError("the rows are never done")

    def refused(self, **choices):
        """Post choices that are refused; return the errors by field."""
        answer = self.desk.client.post(
            self.address, self.posted(**choices) | {"decision": "continue"}
        )
        assert answer.status_code == 200
        self.read(answer)
        return {name: list(errors) for name, errors in self.form.errors.items()}


def contents(batch, *names):
    """Return these fields of the new records in the preview of an import."""
    rows = batch.rows.order_by("number")
    assert [row.reason for row in rows if row.outcome == "refused"] == []
    return [tuple(row.content["fields"][name] for name in names) for row in rows]
