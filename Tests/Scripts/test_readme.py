# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""README.md says what the sources say."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def source(path):
    return (ROOT / path).read_text()


class ReadmeTests(unittest.TestCase):
    def test_the_bot_is_the_example(self):
        _, program = source("Examples/Bot/Bot.swift").split("\n\n", 1)
        self.assertIn(f"```swift\n{program}```", README)

    def test_every_example_is_told_of(self):
        section = README[README.index("## From Swift"):README.index("## Watching a server")]
        words = {
            "Bot": "greets and answers", "SendFile": "a sender", "ReceiveFiles": "a receiver of files",
            "PublishVideo": "a publisher of video", "CountFrames": "a counter of frames",
            "Frontend": "the skeleton of a frontend", "DemonstrationBot": "the bot of `make run`",
        }
        self.assertEqual({each.name for each in (ROOT / "Examples").iterdir() if each.is_dir()}, set(words))
        for each in words.values():
            self.assertIn(each, re.sub(r"\s+", " ", section))

    def test_every_field_and_codec_of_a_group_is_named(self):
        row = next(line for line in README.splitlines() if line.startswith("| `groups/NAME.json`"))
        description = source("Sources/GaleneProtocol/Group/GroupDescription+JSON.swift")
        sets = re.findall(r"(?:fieldNames|obsoleteFieldNames): Set<String> = \[(.*?)\]", description, re.S)
        codecs = re.search(r"enum Codec: String.*?\n    case (.*)", source("Sources/RTP/Codec.swift"), re.S).group(1)
        names = re.findall(r'"([^"]+)"', " ".join(sets)) + codecs.splitlines()[0].split(", ")
        self.assertEqual(len(sets), 2)
        self.assertIn("av1", names)
        self.assertEqual([name for name in names if f"`{name}`" not in row], [])

    def test_tables_are_whole(self):
        """Each begins with a head: a row after an empty line is shown as it is written."""
        lines = ["", *README.splitlines(), ""]
        for before, line, after in zip(lines, lines[1:], lines[2:]):
            if line.startswith("|") and not before.startswith("|"):
                self.assertRegex(after, r"^\|( --- \|)+$", line)


if __name__ == "__main__":
    unittest.main()
