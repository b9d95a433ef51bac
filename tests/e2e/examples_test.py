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
        documents = ["README.md", *(f"docs/{path.name}" for path in sorted((support.ROOT / "docs").glob("*.md")))]
        self.assertGreater(sum(len(self.samples(document)) for document in documents), 15)
        for document in documents:
            for sample in self.samples(document):
                if sample.startswith("import "):
                    continue  # of files that are not part of this project
                with self.subTest(document=document, sample=sample[:40]):
                    self.write("sample.fail", sample)
                    self.expect(self.failc("check", "sample.fail"), 0)

    def test_samples_run(self):
        for sample in self.samples("docs/samples.md"):
            with self.subTest(sample=sample[:60]):
                self.write("sample.fail", sample)
                self.expect(self.failc("run", "sample.fail"), 0, "passed")

    def test_every_word_of_the_language_has_a_sample(self):
        words = re.findall(r'WORD\(k\w+, "(\w+)"', (support.ROOT / "grammar/ast/token.hpp").read_text())
        self.assertGreater(len(words), 80)
        shown = set(re.findall(r"\w+", "\n".join(self.samples("docs/samples.md"))))
        # Of the backends that are to come (section 8 of the reference), and what stands with its files in another document.
        others = {"partition", "isolate", "slow", "drop", "observing", "import", "only"}
        elsewhere = {"observer", "source", "driver", "term", "settle", "do", "undo", "evidence"} - shown
        library = (support.ROOT / "stdlib/mongodb.fail").read_text()
        self.assertEqual([word for word in words if word not in shown | others and not (word in elsewhere and re.search(rf"^  +.*\b{word}\b", library, re.MULTILINE))], [])

    def samples(self, document):
        return re.findall(r"^```fail\n(.*?)^```", (support.ROOT / document).read_text(), re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    unittest.main()
