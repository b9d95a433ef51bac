#!/usr/bin/env python3
"""What the documents and examples/ show works as shown."""
import re
import unittest

import support

LABEL = "real"


class Examples(support.TestCase):
    def test_every_example_runs(self):
        files = sorted((support.ROOT / "examples").glob("*.fail"))
        self.assertGreaterEqual(len(files), 2)
        for file in files:
            with self.subTest(file=file.name):
                self.expect(self.failc("run", file, "--journal", self.base / file.stem), 0, "passed")

    def test_every_sample_of_the_documents_is_without_mistakes(self):
        samples = 0
        for document in ("README.md", "docs/language.md"):
            for sample in re.findall(r"^```fail\n(.*?)^```", (support.ROOT / document).read_text(), re.MULTILINE | re.DOTALL):
                samples += 1
                with self.subTest(document=document, sample=sample[:40]):
                    self.write("sample.fail", sample)
                    self.expect(self.failc("check", "sample.fail"), 0)
        self.assertGreaterEqual(samples, 3)


if __name__ == "__main__":
    unittest.main()
