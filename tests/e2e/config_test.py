"""Options from a file: all of them, none passed over, the command line wins."""
import subprocess
import unittest

import house

SHOP = "https://shop.example.com"


class ConfigTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House()
        cls.addClassCleanup(cls.spine.close)

    def written(self, text):
        path = self.spine.root / "almanac.toml"
        path.write_text(text)
        return str(path)

    def ran(self, *arguments):
        return subprocess.run([house.ALMANACD, *arguments], capture_output=True, text=True,
                              timeout=60)

    def refused(self, text, *said):
        done = self.ran("--data", str(self.spine.data), "--config", self.written(text))
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for words in said:
            self.assertIn(words, done.stderr)

    def test_every_option_of_serving_can_stand_in_the_file(self):
        names = [line.split()[0][2:] for line in self.ran("--help").stdout.splitlines()
                 if line.startswith("  --")]
        names = [name for name in names if name not in ("config", "version")]
        self.assertGreater(len(names), 12)
        values = {"data": f'"{self.spine.data}"', "listen": '"127.0.0.1:0"',
                  "public-url": '"https://api.example.com"', "io-threads": "1",
                  "max-body-bytes": "2000", "access-log": "true", "insecure-public": "false",
                  "mark-interval-ms": "0", "views-give-way-ms": "100",
                  "rate-limit-principal": "1000", "rate-limit-tenant": "2000",
                  "rate-limit-burst": "2", "cors-origin": f'["https://a.example.com", "{SHOP}"]'}
        # A certificate would make it serve TLS: refused below, by its name.
        self.assertEqual(set(names) - {"tls-certificate", "tls-key"}, set(values))
        text = "# what is served\n" + "".join(f"{k} = {v}\n" for k, v in values.items())
        started = subprocess.Popen([house.ALMANACD, "--config", self.written(text)],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            line = started.stdout.readline()
            self.assertIn("listening on http://127.0.0.1:", line)
            api = house.Client(line.split("http://")[1].strip(), self.spine.key)
            answer = api.get("/v1/tenants", Origin=SHOP)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["access-control-allow-origin"], SHOP)
            self.assertIn('"principal";q=2000;w=2', answer.headers["ratelimit-policy"])
            self.assertEqual(api.get("/openapi.json")["servers"][0]["url"],
                             "https://api.example.com")
            self.assertEqual(api.post("/v1/tenants", {"name": "x" * 2000}).status, 413)
            api.close()
        finally:
            started.terminate()
            started.wait(60)
            started.stdout.close()
        done = self.ran("--data", str(self.spine.data), "--config",
                        self.written('listen = "127.0.0.1:0"\ntls-certificate = "absent.pem"\n'
                                     'tls-key = "absent.key"\n'))
        self.assertNotIn(done.returncode, (0, 2))
        self.assertIn("absent.", done.stderr)

    def test_the_command_line_wins(self):
        config = self.written('listen = "256.0.0.1:1"\ncors-origin = ["https://a.example.com"]\n')
        self.spine.start(["--config", config, "--cors-origin", SHOP])
        api = self.spine.client()
        for origin, allowed in ((SHOP, True), ("https://a.example.com", False)):
            answer = api.get("/v1/tenants", Origin=origin)
            self.assertEqual("access-control-allow-origin" in answer.headers, allowed)
        api.close()
        self.assertEqual(self.spine.stop(), 0)

    def test_nothing_is_passed_over(self):
        self.refused('lisen = "127.0.0.1:0"\n', "no such option", "lisen")
        self.refused('listen = "127.0.0.1:0"\nlisten = "127.0.0.1:1"\n', "listen")
        self.refused('[init]\ndata = "elsewhere"\n', "no sections", "init")
        self.refused('config = "other.toml"\n', "config")
        self.refused("io-threads = 1000\n", "io-threads")
        self.refused("io-threads = many\n", "io-threads")
        self.refused("rate-limit-principal = -1\n", "rate-limit-principal")
        self.refused('cors-origin = ["https://a.example.com/path"]\n', "cors-origin")

    def test_a_file_that_is_not_there(self):
        done = self.ran("--data", str(self.spine.data), "--config", "absent.toml")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("absent.toml", done.stderr)


if __name__ == "__main__":
    unittest.main()
