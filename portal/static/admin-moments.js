// The label beside a moment names the time zone as it is on the day that is typed: summer time
// begins and ends between today and then. The server writes the label for the day that it knows.

/** @param {string} zone @param {Date} moment @param {"short" | "shortOffset"} style @param {string} locale */
const zoneName = (zone, moment, style, locale) =>
  new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: style })
    .formatToParts(moment)
    .find((part) => part.type === "timeZoneName")?.value ?? "";

/** @param {string} zone @param {Date} moment */
const offsetOf = (zone, moment) => {
  const [, sign = "+", hours = "0", minutes = "0"] =
    /([+\-−])(\d+)(?::(\d+))?/.exec(zoneName(zone, moment, "shortOffset", "en-GB")) ?? [];
  return (sign === "+" ? 1 : -1) * (Number(hours) * 60 + Number(minutes));
};

/** @param {string} zone @param {Date} moment */
const labelOf = (zone, moment) => {
  const offset = offsetOf(zone, moment);
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const clock = minutes ? `${hours}:${String(minutes).padStart(2, "0")}` : String(hours);
  const distance = `UTC${offset < 0 ? "−" : "+"}${clock}`;
  const name = ["en-GB", "en-US"]
    .map((locale) => zoneName(zone, moment, "short", locale))
    .find((found) => /^[A-Z]+$/.test(found));
  return name && name !== "UTC" ? `${name} (${distance})` : distance;
};

// Days as the calendar and most people write them; at any other the label stays as it was.
const WAYS = [
  /^(?<d>\d{1,2})[/.-](?<m>\d{1,2})[/.-](?<y>\d{4})$/,
  /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/,
];

/** @param {string} zone @param {string} day @param {string} time */
const momentOf = (zone, day, time) => {
  const found = WAYS.map((way) => way.exec(day.trim())?.groups).find(Boolean);
  if (!found) return null;
  const [, hours = "0", minutes = "0"] = /^(\d{1,2}):(\d{2})/.exec(time.trim()) ?? [];
  const [year, month, date] = [found.y, found.m, found.d].map(Number);
  const clock = Date.UTC(year, month - 1, date, Number(hours), Number(minutes));
  return new Date(clock - offsetOf(zone, new Date(clock)) * 60_000);
};

/** @param {Event} event */
const relabel = (event) => {
  const field = event.target instanceof Element ? event.target.closest("[data-zone]") : null;
  const label = field?.querySelector(".zone");
  const [day, time] = field?.querySelectorAll("input") ?? [];
  const zone = field?.getAttribute("data-zone");
  if (!(zone && label && day && time) || zone === "UTC") {
    return;
  }
  const moment = momentOf(zone, day.value, time.value);
  if (moment) {
    label.textContent = labelOf(zone, moment);
  }
};

// The calendar of Django writes the day and gives the field the focus, without a further event.
for (const name of ["input", "change", "focusin"]) {
  document.addEventListener(name, relabel);
}
