"""tour.py URL KEY TENANT...: prints the links of a running server and curl lines that work as they
stand for each business, with ids and free slots asked from the server itself. Used by ops/run.
"""
import datetime
import json
import sys
import textwrap
import urllib.error
import urllib.parse
import urllib.request


class Business:
    def __init__(self, url, tenant, key):
        self.slug, self.key = tenant, key
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.base = f"{url}/v1/tenants/{tenant}"

    def get(self, path, **query):
        address = f"{self.base}{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self.key}"})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"tour: GET {address}: {error.code} {error.read().decode(errors='replace')}")
        except OSError as error:
            sys.exit(f"tour: GET {address}: {error}")

    def bookable(self):
        """(service, client, slot) of bookings that will be accepted, for every service that has one."""
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        client = next(iter(self.get("/clients", limit=1)["data"]), None)
        for service in self.get("/services", limit=50)["data"]:
            slots = self.get("/slots", service_id=service["id"], **{
                "from": now.strftime(stamp),
                "to": (now + datetime.timedelta(days=21)).strftime(stamp)})["data"]
            if client and slots:
                yield service, client, slots[len(slots) // 2]

    def chosen(self):
        """The most telling one: a class that several share, else the first."""
        found = list(self.bookable())
        if not found:
            sys.exit(f"tour: {self.slug} has no service with a free slot in the next three weeks")
        return next((b for b in found if b[0].get("capacity", 1) > 1), found[0])

    def points(self):
        """Lines about the richest of the first members, where the business has a loyalty programme."""
        if not self.get("/loyalty_programs", limit=1)["data"]:
            return ""
        members = self.get("/loyalty_accounts", limit=50)["data"]
        if not members:
            return ""
        best = max(members, key=lambda member: member["lifetime_points"])
        return f"""
  # a member's points, tier and what comes next; what all points are worth, month by month
  curl -sS -H "Authorization: Bearer $KEY" "$AT/loyalty_accounts/{best['id']}"
  curl -sS -H "Authorization: Bearer $KEY" "$AT/reports/loyalty?period=month\""""

    def text(self):
        tenant = self.get("")
        about = tenant.get("settings", {}).get("sample", {}).get("about", "")
        service, client, slot = self.chosen()
        day = slot["start"][:10]
        next_day = (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
        booking = json.dumps({"service_id": service["id"], "client_id": client["id"],
                              "start": slot["start"]})
        seats = f", {slot['remaining']} seats at that time" if service.get("capacity", 1) > 1 else ""
        return f"""
{tenant['name']}  ({self.slug}, {tenant['time_zone']}, {tenant['currency']})
{textwrap.indent(textwrap.fill(about, 92), '  ')}

  AT={self.base}
  # what it offers; when "{service['name']}" is free on {day}{seats}
  curl -sS -H "Authorization: Bearer $KEY" "$AT/services"
  curl -sS -H "Authorization: Bearer $KEY" "$AT/slots?service_id={service['id']}&from={day}T00:00:00Z&to={next_day}T00:00:00Z"
  # book it; the list above has it no more, or with a seat less
  curl -sS -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
      -H "Prefer: return=representation" -d '{booking}' "$AT/appointments"
  # what happened, event by event
  curl -sS -H "Authorization: Bearer $KEY" "$AT/events?types=scheduling.appointment_booked&limit=3"{self.points()}"""


def tour(url, key, tenants):
    businesses = "\n".join(Business(url, tenant, key).text() for tenant in tenants)
    return f"""
Almanac serves {url}
  documentation   {url}/docs          (OpenAPI: {url}/openapi.json)
  health          {url}/readyz        metrics: {url}/metrics

Try it in another terminal: these lines can be pasted as they are.

  KEY={key}
{businesses}

Ctrl-C stops the server; everything is kept."""


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    print(tour(sys.argv[1], sys.argv[2], sys.argv[3:]), flush=True)
