"""One file of the repository as the rules see it, and the list of all of them.

`Source.code` is the text with comments, string and character literals blanked out; line numbers and
columns stay true, so that a rule may match words in it without being fooled by prose.
"""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CPP = (".cpp", ".hpp", ".h", ".cc", ".hh", ".cxx", ".c", ".ipp", ".inl")
TOP_SKIPPED = {".git", "build", "data"}

TOKEN = re.compile(
    r'(?P<line>//(?:\\\n|[^\n])*)'
    r'|(?P<block>/\*.*?(?:\*/|\Z))'
    r'|(?P<raw>\b(?:u8|u|U|L)?R"(?P<delim>[^()\\\s]{0,16})\(.*?(?:\)(?P=delim)"|\Z))'
    r'|(?P<include>^[ \t]*\#[ \t]*include\b[^\n]*)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*(?:"|$))'
    r'|(?P<number>\b\d(?:\'?[\w.])*)'
    r"|(?P<char>'(?:\\.|[^'\\\n])+')",
    re.S | re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]*>|"[^"\n]*")', re.M)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def strip_code(text):
    def put(match):
        if match.lastgroup in ("include", "number"):
            return match.group(0)
        return blank(match.group(0))
    return TOKEN.sub(put, text)


def keep_comments(text):
    kept, at = [], 0
    for match in TOKEN.finditer(text):
        kept.append(blank(text[at:match.start()]))
        comment = match.lastgroup in ("line", "block")
        kept.append(match.group(0) if comment else blank(match.group(0)))
        at = match.end()
    return "".join(kept) + blank(text[at:])


class Source:
    def __init__(self, path, text, executable=False):
        self.path = path
        self.text = text
        self.executable = executable
        self._code = None

    @property
    def folder(self):
        return self.path.split("/", 1)[0]

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def suffix(self):
        return os.path.splitext(self.name)[1]

    @property
    def is_cpp(self):
        return self.suffix in CPP

    @property
    def is_header(self):
        return self.is_cpp and self.suffix not in (".cpp", ".cc", ".cxx", ".c")

    @property
    def is_script(self):
        return self.text.startswith("#!")

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def code(self):
        if self._code is None:
            self._code = strip_code(self.text)
        return self._code

    @property
    def comments(self):
        """Only the comments, in their places; of what is no C++ the whole text."""
        return keep_comments(self.text) if self.is_cpp else self.text

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        """(line, spelled name, quoted?) of every #include outside comments."""
        for match in INCLUDE.finditer(self.code):
            spelled = match.group(1)
            yield self.line_of(match.start(1)), spelled[1:-1], spelled[0] == '"'


def tracked_paths(root):
    """What git tracks or would track; without git (an unpacked archive) every file."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout.decode()
        return sorted({p for p in listed.split("\0") if p})
    except (OSError, subprocess.CalledProcessError):
        found = []
        for folder, folders, names in os.walk(root):
            if folder == root:
                folders[:] = [f for f in folders if f not in TOP_SKIPPED]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
        return sorted(found)


def read_tree(root):
    sources = []
    for path in tracked_paths(root):
        full = os.path.join(root, path)
        if os.path.islink(full) or not os.path.isfile(full):
            continue
        with open(full, "rb") as file:
            data = file.read()
        if b"\0" in data or (data and not is_utf8(data)):
            continue  # golden records and other binary files
        sources.append(Source(path, data.decode(), os.access(full, os.X_OK)))
    return sources


def is_utf8(data):
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False
