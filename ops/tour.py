"""tour.py URL TENANT KEY: prints the links of a running server and curl lines that work as they
stand, with ids and a free slot asked from the server itself. Used by ops/run.
"""
import datetime
import json
import sys
import urllib.error
import urllib.parse
import urllib.request


class Tour:
    def __init__(self, url, tenant, key):
        self.url, self.key = url, key
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.base = f"{url}/v1/tenants/{tenant}"

    def get(self, path, **query):
        address = f"{self.base}/{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self.key}"})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"tour: GET {address}: {error.code} {error.read().decode(errors='replace')}")
        except OSError as error:
            sys.exit(f"tour: GET {address}: {error}")

    def first_bookable(self):
        """(service, client, start) of a booking that will be accepted."""
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        client = next(iter(self.get("clients", limit=1)["data"]), None)
        for service in self.get("services", limit=50)["data"]:
            slots = self.get("slots", service_id=service["id"], **{
                "from": now.strftime(stamp),
                "to": (now + datetime.timedelta(days=21)).strftime(stamp)})["data"]
            if client and slots:
                return service, client, slots[len(slots) // 2]["start"]
        sys.exit("tour: no service with a free slot in the next three weeks")

    def text(self):
        service, client, start = self.first_bookable()
        day = start[:10]
        next_day = (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
        booking = json.dumps({"service_id": service["id"], "client_id": client["id"],
                              "start": start})
        return f"""
Almanac serves {self.url}
  documentation   {self.url}/docs          (OpenAPI: {self.url}/openapi.json)
  health          {self.url}/readyz        metrics: {self.url}/metrics

Try it in another terminal: these lines can be pasted as they are.

  KEY={self.key}
  SALON={self.base}

  # what the salon offers, and when "{service.get('name', service['id'])}" is free on {day}
  curl -sS -H "Authorization: Bearer $KEY" "$SALON/services"
  curl -sS -H "Authorization: Bearer $KEY" "$SALON/slots?service_id={service['id']}&from={day}T00:00:00Z&to={next_day}T00:00:00Z"

  # book it; the slot is gone from the list above
  curl -sS -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
      -H "Prefer: return=representation" -d '{booking}' "$SALON/appointments"

  # what happened, event by event
  curl -sS -H "Authorization: Bearer $KEY" "$SALON/events?types=scheduling.appointment_booked&limit=3"

Ctrl-C stops the server; everything is kept."""


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(Tour(*sys.argv[1:]).text(), flush=True)
