"""CSV of clients and appointments: a dry run tells every bad row and writes nothing; a real run takes
the others, once, however often it is called.
"""
import json
import subprocess
import unittest

import house


class ImportCsvTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = house.House()
        cls.addClassCleanup(cls.house.close)
        cls.house.start()

    def write(self, name, text):
        path = self.house.root / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def almanac(self, kind, path, tenant, *more):
        return subprocess.run(
            [house.ALMANAC, "import-csv", kind, str(path), "--tenant", tenant, *more,
             "--server", f"http://{self.house.address}", "--key", self.house.key],
            capture_output=True, text=True, timeout=60)

    def events(self, tenant):
        api = self.house.client(tenant)
        found = house.all_events(api)
        api.close()
        return found

    def test_clients(self):
        house.Salon(self.house, "people", chairs=2, clients=0)
        api = self.house.client("people")
        api.made("clients", {"first_name": "Old", "email": "Old@Example.com"})
        path = self.write("people.csv", b"\xef\xbb\xbf" + (
            "First name,Surname,E-mail,Phone,Birthday,City,Tags,Consent,Shoe size\r\n"
            "Ana,García,ana@example.com,+34600000001,1990-02-01,Madrid,vip; new,yes,38\r\n"
            '"Eva ""E""","Ruiz\r\nSanz",eva@example.com,,,,,no,\r\n'
            ",Nobody,nobody@example.com,,,,,,\r\n"
            "Bad,Mail,not-an-address,12,1990-13-01,,,perhaps,\r\n"
            "Ana,Again,ANA@example.com,,,,,,\r\n"
            "Old,Friend,old@example.com,,,,,,\r\n"
            "short,row\r\n"
            'stray"quote,x,,,,,,,\r\n'
            "Last,One,last@example.com,,,,,,\r\n").encode())
        ran = self.almanac("clients", path, "people")
        self.assertEqual(ran.returncode, 2, ran.stderr)
        self.assertIn('column "Shoe size" is no field', ran.stderr)
        wishes = ["--mapping", "Shoe size="]
        before = len(self.events("people"))
        errors = self.house.root / "dry.ndjson"
        ran = self.almanac("clients", path, "people", *wishes, "--dry-run", "--errors", str(errors))
        self.assertEqual(ran.returncode, 23, ran.stderr)
        self.assertIn("3 rows can be sent, 6 are bad; nothing was sent", ran.stdout)
        self.assertEqual(len(self.events("people")), before, "a dry run writes nothing")
        told = {t["line"]: {(e["pointer"], e["code"]) for e in t["error"]["errors"]}
                for t in map(json.loads, errors.read_text().splitlines())}
        self.assertEqual(told, {
            5: {('column "First name"', "required")},
            6: {('column "E-mail"', "format"), ('column "Phone"', "format"),
                ('column "Birthday"', "format"), ('column "Consent"', "type")},
            7: {('column "E-mail"', "repeated")},
            8: {('column "E-mail"', "taken")},
            9: {("", "csv_columns")},
            10: {("", "csv_quote")}})
        ran = self.almanac("clients", path, "people", *wishes)
        self.assertEqual(ran.returncode, 23, ran.stderr)
        self.assertIn("3 lines taken (0 of them before), 6 refused", ran.stdout)
        rows = {row["last_name"]: row for row in api.pages("clients?limit=200") if row["last_name"]}
        self.assertEqual(set(rows), {"García", "Ruiz\r\nSanz", "One"})
        ana = rows["García"]
        self.assertEqual((ana["email"], ana["tags"], ana["marketing_consent"], ana["birth_date"],
                          ana["address"]["city"]),
                         ("ana@example.com", ["vip", "new"], True, "1990-02-01", "Madrid"))
        again = self.almanac("clients", path, "people", *wishes)
        self.assertEqual((again.returncode, again.stdout), (23, ran.stdout))
        self.assertEqual(sum(1 for _ in api.pages("clients?limit=200")), 4)
        api.close()

    def test_what_is_written_is_never_what_is_read(self):
        house.Salon(self.house, "apart", chairs=1, clients=0)
        text = "first_name,notes,\nAna,\"a, \"\"b\"\"\",\n,\"c, d\",\nEva,,stray\n"
        path = self.write("apart.csv", text)
        link = self.house.root / "link.csv"
        link.symlink_to(path)
        for more in (["--errors", str(path)], ["--errors", str(link)], ["--state", str(path)],
                     ["--errors", str(path), "--dry-run"], ["--delimiter", '"'],
                     ["--errors", "/nowhere/bad.ndjson", "--dry-run"]):
            with self.subTest(more=more):
                ran = self.almanac("clients", path, "apart", *more)
                self.assertEqual(ran.returncode, 2, ran.stderr)
                self.assertEqual(path.read_text(), text)
        errors = self.house.root / "apart.ndjson"
        ran = self.almanac("clients", path, "apart", "--dry-run", "--errors", str(errors))
        self.assertEqual(ran.returncode, 23, ran.stderr)
        told = {t["line"]: t for t in map(json.loads, errors.read_text().splitlines())}
        self.assertEqual(told[3]["input"], ',"c, d",', "as CSV has it")
        self.assertIn("Column 3", told[4]["error"]["errors"][0]["detail"])
        self.assertEqual(set(told), {3, 4})

    def test_appointments(self):
        salon = house.Salon(self.house, "diary", chairs=2, clients=0)
        api = self.house.client("diary")
        api.made("clients", {"first_name": "Ana", "email": "ana@example.com",
                             "phone": "+34600000001"})
        eva = api.made("clients", {"first_name": "Eva"})
        house.Salon.add_service(api, "Twin", salon.chairs, slug="twin-1")
        house.Salon.add_service(api, "Twin", salon.chairs, slug="twin-2")
        day = house.instant(3)[:10]
        path = self.write("diary.csv", "\n".join([
            "customer;service;date;time;staff;notes;method",
            f"ana@example.com;cut 0;{day};10:00;Chair 0;first, of three;",
            f"+34 600 000 001;{salon.services[0]};{day};11:00;;;",
            f"{eva};twin-1;{day};12:00;Chair 1;;",
            f"ana@example.com;Twin;{day};13:00;;;",
            f"nobody@example.com;cut 0;{day};14:00;;;",
            f"ana@example.com;no such;{day};25:00;Chair 9;;",
            f"ana@example.com;cut 0;{day};10:00;Chair 0;;",
            f";cut 0;{day};15:00;;;walk_in",
        ]) + "\n")
        ran = self.almanac("appointments", path, "diary", "--delimiter", ";", "--dry-run", "--json")
        self.assertEqual(ran.returncode, 23, ran.stderr)
        self.assertEqual({k: json.loads(ran.stdout)[k] for k in ("done", "refused")},
                         {"done": 5, "refused": 3})
        for part in ('line 5: 422', "2 are called \"Twin\"", "There is no client",
                     'column "service": There is no "no such"', 'column "date"', "Chair 9"):
            self.assertIn(part, ran.stderr)
        errors = self.house.root / "diary.ndjson"
        ran = self.almanac("appointments", path, "diary", "--delimiter", ";", "--errors",
                           str(errors))
        self.assertEqual(ran.returncode, 23, ran.stderr)
        self.assertIn("4 lines taken (0 of them before), 4 refused", ran.stdout)
        self.assertIn("line 8: 409", ran.stderr)
        self.assertIn("slot_taken", ran.stderr)
        told = {t["line"]: t["input"] for t in map(json.loads, errors.read_text().splitlines())}
        self.assertEqual(told[8], f"ana@example.com;cut 0;{day};10:00;Chair 0;;", "the row itself")
        booked = sorted((row["start"], row["client_id"]) for row in api.pages("appointments"))
        self.assertEqual([start for start, _ in booked],
                         [f"{day}T{hour}:00:00Z" for hour in (10, 11, 12, 15)])
        self.assertEqual(booked[2][1], eva)
        before = len(self.events("diary"))
        self.almanac("appointments", path, "diary", "--delimiter", ";", "--start-over")
        self.assertEqual(len(self.events("diary")), before, "keys come from the file")
        api.close()


if __name__ == "__main__":
    unittest.main()
