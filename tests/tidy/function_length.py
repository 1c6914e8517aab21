"""Where the functions of a C++ file are and how long their bodies are.

A scanner, not a parser: it walks the braces of the blanked code and decides at each opening one, by
the text since the last boundary, whether it opens a scope (namespace, type), a value (initializer)
or a function. Nested functions (lambdas, local types) count as lines of the function around them.
"""
import re

NAMESPACE = re.compile(r"\b(namespace\b[\w\s:]*|extern\s*)$")
TYPE = re.compile(r"\b(class|struct|union|enum)\b[^()=;]*$")
ATTRIBUTE = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)|__attribute__\s*\(\(.*?\)\)", re.S)
LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(\((?:[^()]|\([^()]*\))*\)[^(){};=]*)?$", re.S)
CONSTRUCTOR_INITIALIZER = re.compile(r"\)[\w\s]*(?:noexcept\s*)?(?<!:):(?!:)(.*[\w>])?\s*$", re.S)
TOKENS = re.compile(r"[(){};\[\]]")
PREPROCESSOR = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)


def assigned(head):
    """Does the head hold a `=` of its own, outside of brackets and of an operator's name?"""
    flat = re.sub(r"operator\s*[=!<>+\-*/%^&|]+", "operator", head)
    previous = None
    while previous != flat:
        previous = flat
        flat = re.sub(r"\([^()]*\)|<[^<>=]*>", "", flat)
    return re.search(r"(?<![=!<>])=(?!=)", flat) is not None


def kind_of(head, inside):
    head = ATTRIBUTE.sub(" ", head)
    if inside == "value":
        return "function" if LAMBDA.search(head) else "value"
    if NAMESPACE.search(head):
        return "scope"
    if assigned(head):
        return "function" if LAMBDA.search(head) else "value"
    if TYPE.search(head):
        return "scope"
    if "(" not in head or CONSTRUCTOR_INITIALIZER.search(head):
        return "value"
    return "function"


def functions(code):
    """(line of the opening brace, number of lines of the body, head) of each function."""
    code = PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)
    found, stack = [], []
    boundary, parens = 0, 0
    for match in TOKENS.finditer(code):
        token, at = match.group(0), match.start()
        inside = stack[-1][0] if stack else "scope"
        if inside == "function":
            if token == "{":
                stack.append(("function", at, None, parens))
            elif token == "}":
                boundary, parens = close(code, found, stack, at, boundary)
        elif token in "([":
            parens += 1
        elif token in ")]":
            parens = max(0, parens - 1)
        elif token == "{":
            head = code[boundary:at]
            kind = kind_of(head, inside) if parens == 0 or LAMBDA.search(head) else "value"
            stack.append((kind, at, head if kind == "function" else None, parens, boundary))
            if kind != "value":
                boundary = at + 1
            parens = 0
        elif token == "}" and stack:
            boundary, parens = close(code, found, stack, at, boundary)
        elif token == ";" and parens == 0:
            boundary = at + 1
    return found


def close(code, found, stack, at, boundary):
    opened = stack.pop()
    kind, begin, head = opened[0], opened[1], opened[2]
    if kind == "function" and head is not None:
        first = code.count("\n", 0, begin) + 1
        last = code.count("\n", 0, at) + 1
        found.append((first, last - first + 1, " ".join(head.split())))
    if kind == "value":  # the head goes on: `Foo() : a_{1}, b_{2} {`
        return opened[4], opened[3]
    if kind == "function" and stack and stack[-1][0] == "function":
        return boundary, opened[3]
    return at + 1, opened[3]
