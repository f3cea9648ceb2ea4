"""Record the status and the errors of a page in the page itself; WebKit's driver knows neither."""

from django.http import HttpResponse

ADDRESS = "/errors-recorder.js"
# Stored in sessionStorage, so that an error outlives its page.
SCRIPT = """
const record = (error) => {
  const before = JSON.parse(sessionStorage.getItem("errors") ?? "[]");
  sessionStorage.setItem("errors", JSON.stringify([...before, `${location.pathname}: ${error}`]));
};
addEventListener("error", ({ message, target }) => {
  // WebKit also reports tiles of a map that have no outline of a country, or that came too late.
  if (target.localName === "use") return;
  record(message ?? `${target.src ?? target.href ?? target.localName} did not load`);
}, true);
addEventListener("unhandledrejection", ({ reason }) => record(reason));
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  record(`${violatedDirective} forbids ${blockedURI}`));
console.error = (...words) => record(words.join(" "));
"""


def record_errors(get_response):
    """Add the recorder to the start of every page, and serve it (middleware)."""

    def answer(request):
        if request.path == ADDRESS:
            return HttpResponse(SCRIPT, content_type="text/javascript")
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            status = response.status_code
            tag = f'<head><script src="{ADDRESS}" data-status="{status}"></script>'.encode()
            response.content = response.content.replace(b"<head>", tag, 1)
        return response

    return answer
