"""Feedback of visitors: the form "Report a mistake". Staff handle the reports in the admin."""

from functools import cached_property, partial
from typing import Any

from django import forms
from django.core.mail import mail_managers
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from portal.models import Report
from portal.rate_limits import REPORTS, is_over_limit
from portal.reported_page import ReportedPage, page_before, reported_page
from portal.retention import REPORT_DAYS
from publishing.content.after_answer import after_answer
from publishing.content.mail import is_set_up

TOO_MANY = _(
    "Too many messages have come from your network. You can try again in %(minutes)s minutes."
)
WRONG_LINK = _("Enter a web address, like https://www.ons.gov.uk, or leave this empty")


class ReportForm(forms.ModelForm):
    # A honeypot: hidden from people, and filled in by programs that fill in every field.
    homepage = forms.CharField(required=False)

    class Meta:
        model = Report
        fields = ("address", "message", "source_url", "email")
        widgets = {
            "address": forms.HiddenInput(),
            "message": forms.Textarea(attrs={"rows": 6, "maxlength": 4000}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        labels = {
            "message": _("What is wrong?"),
            "source_url": _("Link to a source"),
            "email": _("Your email address, if you would like an answer"),
        }
        error_messages = {
            "message": {
                "required": _("Write what is wrong"),
                "invisible": _("Write what is wrong"),
                "max_length": _("Write at most %(limit_value)d characters"),
            },
            "source_url": {
                "invalid": WRONG_LINK,
                "scheme": WRONG_LINK,
                "max_length": _("Enter a web address of at most %(limit_value)d characters"),
            },
            "email": {
                "invalid": _("Enter an email address, like name@example.org, or leave this empty"),
                "max_length": _("Enter an email address of at most %(limit_value)d characters"),
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].required = False
        if not is_set_up():
            del self.fields["email"]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean_address(self) -> str:
        """Ignore an address outside the portal: the admin must not link staff elsewhere."""
        page = reported_page(self.cleaned_data["address"])
        return page.address if page else "/"

    @cached_property
    def page(self) -> ReportedPage | None:
        """The page that the report is about, if the form was reached from one."""
        return reported_page(str(self["address"].value() or ""))

    @property
    def is_spam(self) -> bool:
        return bool(self.cleaned_data.get("homepage"))


class ReportView(FormView):
    http_method_names = ["get", "head", "post", "options"]
    form_class = ReportForm
    template_name = "portal/report.html"
    success_url = reverse_lazy("report-thanks")
    extra_context = {"report_days": REPORT_DAYS}

    def get_initial(self) -> dict[str, Any]:
        page = reported_page(self.request.GET.get("page") or page_before(self.request))
        return {"address": page.address if page else ""}

    def form_valid(self, form: Any) -> HttpResponse:
        if form.is_spam:
            return super().form_valid(form)
        # Only what is accepted counts: a whole town hall may share an address.
        if is_over_limit(self.request, REPORTS):
            return self.refuse(form)
        report = form.save()
        subject = _("A mistake was reported: %(page)s") % {"page": report.address}
        after_answer(partial(mail_managers, subject, report.message, fail_silently=True))
        return super().form_valid(form)

    def refuse(self, form: Any) -> HttpResponse:
        """Answer 429 with Retry-After; the form keeps what was typed."""
        form.add_error(None, TOO_MANY % {"minutes": REPORTS.seconds // 60})
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 429
        response["Retry-After"] = str(REPORTS.seconds)
        return response


class ReportThanks(TemplateView):
    template_name = "portal/report_thanks.html"
    extra_context = {"is_answered": is_set_up}
