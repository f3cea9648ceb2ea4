"""Feedback of visitors: the form "Report a mistake". Staff handle the reports in the admin."""

from typing import Any

from django import forms
from django.core.mail import mail_managers
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from portal.errors import too_many_requests
from portal.models import Report
from portal.rate_limits import REPORTS, is_over_limit


class ReportForm(forms.ModelForm):
    # A honeypot: hidden from people, and filled in by programs that fill in every field.
    homepage = forms.CharField(required=False)

    class Meta:
        model = Report
        fields = ("address", "message", "source_url", "email")
        widgets = {"message": forms.Textarea(attrs={"rows": 6})}
        labels = {"email": gettext_lazy("Your email address, if you would like an answer")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget = forms.HiddenInput()
        self.fields["message"].widget.attrs["maxlength"] = 4000
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean_address(self) -> str:
        """Refuse an address outside the portal: the admin must not link staff elsewhere."""
        address: str = self.cleaned_data["address"]
        try:
            resolve(address.partition("?")[0])
        except Resolver404:
            raise forms.ValidationError(_("This is not a page of the portal.")) from None
        return address

    @property
    def is_spam(self) -> bool:
        return bool(self.cleaned_data.get("homepage"))


class ReportView(FormView):
    http_method_names = ["get", "head", "post", "options"]
    form_class = ReportForm
    template_name = "portal/report.html"
    success_url = reverse_lazy("report-thanks")

    def get_initial(self) -> dict[str, Any]:
        return {"address": self.request.GET.get("page", "/")[:500]}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_over_limit(request, REPORTS):
            return too_many_requests(request, minutes=REPORTS.seconds // 60)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if not form.is_spam:
            report = form.save()
            mail_managers(
                _("A mistake was reported: %(page)s") % {"page": report.address},
                report.message,
                fail_silently=True,
            )
        return super().form_valid(form)


class ReportThanks(TemplateView):
    template_name = "portal/report_thanks.html"
