"""The house: what may import what, no vendor's word in Python, and what the checkers of tox.ini find."""

import ast
import configparser
import io
import re
import shlex
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pytest

import specs

ROOT = Path(__file__).parents[2]
PACKAGES = ("specs", "mock_server", "contracts")
COMMAND = "patch_contracts"
"""The module of the command: it may start everything, and nothing imports it."""


def modules(package: str) -> list[str]:
    """The name of every module of a package, the package itself first; a package without modules is a failure."""
    folder = ROOT / package  # by its files: walk_packages imports, and so registers the hooks of Schemathesis
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in sorted(folder.rglob("*.py"))]
    below = [".".join(part for part in each if part != "__init__") for each in parts if each != (package, "__init__")]
    assert below, f"{package}: expected a package with modules in {folder}"
    return [package, *below]


def sources(package: str) -> list[Path]:
    """Every Python file of a package, or the one of a module."""
    found = [ROOT / f"{package}.py"] if package == COMMAND else sorted((ROOT / package).rglob("*.py"))
    assert found, f"{package}: expected Python files in {ROOT / package}"
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A command in the checkout, with its output."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


# --- the wall -----------------------------------------------------------------------------------------------------

IMPORT_ALL = """
import importlib, sys
forbidden, *names = sys.argv[1:]
for name in names:
    importlib.import_module(name)
    loaded = sorted(module for module in sys.modules if module.partition(".")[0] == forbidden)
    if loaded:
        sys.exit(f"{name} brings {', '.join(loaded)}")
"""


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("contracts", "mock_server"),
        ("mock_server", "contracts"),
        ("specs", "contracts"),
        ("specs", "mock_server"),
        *((package, COMMAND) for package in PACKAGES),
    ],
)
def test_importing_a_package_never_loads_its_neighbour(package: str, forbidden: str) -> None:
    """At run time too, also by ways that a linter does not see: no module of one package brings one of the other."""
    done = run(sys.executable, "-c", IMPORT_ALL, forbidden, *modules(package))

    assert done.returncode == 0, done.stderr


def checks() -> list[list[str]]:
    """The commands of tox's lint and types environments."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    lines = [tox[f"testenv:{environment}"]["commands"].strip() for environment in ("lint", "types")]
    return [shlex.split(line) for line in "\n".join(lines).splitlines()]


@pytest.mark.parametrize("command", checks(), ids=" ".join)
def test_the_checkers_of_tox_find_nothing(command: list[str]) -> None:
    """Lint, the import wall and types pass here as they do under tox: one command does everything."""
    program = Path(sys.executable).with_name(command[0])
    assert program.exists(), f"{command[0]} is not installed here: pip install -e '.[dev]'"

    done = run(str(program), *command[1:])

    assert done.returncode == 0, done.stdout + done.stderr


# --- rooms ----------------------------------------------------------------------------------------------------------

MOST_LINES = 350
"""Of a module: more than that is two of them."""
MOST_MODULES = 14
"""Of a folder, its ``__init__`` left out: more than that are not read together."""


def folders(package: str) -> dict[Path, list[Path]]:
    """Each folder of a package with Python files, and its modules."""
    found: dict[Path, list[Path]] = {}
    for path in sources(package):
        found.setdefault(path.parent, []).append(path)
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_long(package: str) -> None:
    """A module has one reason to change, and is read at once."""
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(package)}

    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folder_is_crowded(package: str) -> None:
    """Whoever opens a folder sees where a thing belongs."""
    counts = {
        str(folder.relative_to(ROOT)): sum(path.name != "__init__.py" for path in modules)
        for folder, modules in folders(package).items()
    }

    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_says_what_lives_there(package: str) -> None:
    """A folder with Python files is a package, whose docstring is the first thing to read about it."""
    silent = [
        str(folder.relative_to(ROOT))
        for folder in folders(package)
        if not (folder / "__init__.py").exists() or not ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    ]

    assert silent == []


# --- dependencies -------------------------------------------------------------------------------------------------


def distribution(text: str) -> str:
    """The normalised name at the start of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", text)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def imported(package: str) -> set[str]:
    """The top-level names that the files of a package import, other than the standard library's and our own.

    A folder with a requirements.txt is a program of its own, in an environment of its own.
    """
    found = set()
    for path in (each for each in sources(package) if not _is_apart(each)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {*PACKAGES, COMMAND, "tests", "benchmarks"}


def _is_apart(path: Path) -> bool:
    return any((folder / "requirements.txt").exists() for folder in path.parents if folder != ROOT and ROOT in folder.parents)


@pytest.mark.parametrize("package", [*PACKAGES, COMMAND, "tests"])
def test_everything_imported_is_a_declared_dependency(package: str) -> None:
    """A package imports nothing that only happens to be installed; the tests may also import what the extras bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values()) if package == "tests" else ()
    declared = {distribution(each) for each in [*project["dependencies"], *extras]}
    providers = packages_distributions()

    undeclared = {
        name for name in imported(package) if not declared & {distribution(provider) for provider in providers.get(name, ())}
    }

    assert undeclared == set(), "not declared in pyproject.toml, or not installed here: pip install -e '.[dev]'"


# --- no vendor's word in Python -----------------------------------------------------------------------------------

EXEMPT: Mapping[str, str] = {
    # word of a spec that Python may hold: why
    "api": "our own noun: specs.Api",
    "customer": "our own noun: the record under test, in options and target files",
    "customers": "our own noun: seeds.customers of x-contract",
    "field": "our own noun: specs.Field",
    "active": "our own noun: the defects that are switched on (/__admin/defects)",
    "state": "our own noun: what a service has stored (/__admin/state)",
    "id": "our own noun: the stable name of a rule; and the default key of keyed arrays in x-contract",
    "name": "OpenAPI: parameters and schemes have one",
    "type": "JSON Schema keyword",
    "description": "JSON Schema keyword",
    "email": "JSON Schema format",
    "status": "HTTP",
    "code": "the parts of an error in x-contract: $code",
    "message": "the parts of an error in x-contract: $message",
    "value": "the parts of an error in x-contract: $value",
    "errors": "key of x-contract",
    "reason": "key of x-contract (hazard), and HTTP's reason phrase",
    "detail": "Python: the usual name of an error's text",
    "data": "Python: the usual name of bytes read",
    "update": "Python: dict.update",
    "param": "pytest: request.param",
    "password": "Python: urllib.parse's name for a part of a URL",
    "details": "HTML: what unfolds",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words that belong to the specs: what they call things, and the values that they list."""

    apis: frozenset[str]
    names: frozenset[str]
    values: frozenset[str]


@cache
def words() -> Words:
    """The words of all specs: API names; property, scheme, collection and path names; and enum members of more than a letter."""
    names: set[str] = set()
    values: set[str] = set()
    for api in map(specs.load, specs.names()):
        names |= {scheme.name for scheme in api.security} | api.references.keys()
        names |= {segment for path in api.document["paths"] for segment in re.findall(r"\w+", path)}
        for schema in schemas(api.document):
            names |= schema.get("properties", {}).keys()
            values |= {value for value in schema.get("enum", ()) if isinstance(value, str) and len(value) > 1}
    return Words(frozenset(specs.names()), frozenset(names), frozenset(values))


def schemas(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of a document, outside examples and extensions: those with properties or an enum are its schemas."""
    if isinstance(value, Mapping):
        yield value
        for key, member in value.items():
            if key not in ("example", "examples", "default") and not str(key).startswith("x-"):
                yield from schemas(member)
    elif isinstance(value, list):
        for member in value:
            yield from schemas(member)


Kind = Literal["identifier", "string", "prose"]


def texts(source: str) -> Iterator[tuple[int, Kind, str]]:
    """Every identifier, string and piece of prose (docstring, comment, message) of a Python file, with its line."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings, of constants too
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield line, "prose" if id(node) in prose or " " in node.value.strip() else "string", node.value
        for attribute in ("id", "attr", "arg", "name", "asname", "module"):
            identifier = getattr(node, attribute, None)
            if isinstance(identifier, str):
                yield line, "identifier", identifier
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], "prose", token.string


def vendor_words(kind: Kind, text: str) -> set[str]:
    """The vendor's words in a text.

    An API's name is one anywhere. An identifier is compared whole; a string whole and by the segments of a path. In prose,
    where "city" is just English, only words that nobody writes by chance count: with an underscore, a digit or a capital inside.
    """
    known = words()
    whole = {name for name in known.apis if name in text.casefold()}
    if kind == "identifier":
        return whole | ({text} & known.names - EXEMPT.keys())
    written = {text, *re.split(r"[^\w-]+", text)}
    if kind == "prose":
        written = {word for word in re.findall(r"\w+", text) if re.search(r"[a-z\d][_A-Z\d]", word)}
    return whole | (written & (known.names | known.values) - EXEMPT.keys())


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("identifier", "first_name", ["first_name"]),
        ("identifier", "first_names", []),
        ("identifier", "country", ["country"]),
        ("identifier", "wizcommerce_answer", ["wizcommerce"]),
        ("identifier", "status", []),
        ("string", "companyName", ["companyName"]),
        ("string", "addresses[].city", ["addresses", "city"]),
        ("string", "/v1/customers/{customerId}", ["customerId", "v1"]),
        ("string", "NS", ["NS"]),
        ("string", "bearerAuth", ["bearerAuth"]),
        ("string", "CITY", []),
        ("prose", "The first_name of a record.", ["first_name"]),
        ("prose", "# as Babyland does", ["babyland"]),
        ("prose", "A city is a city in any language.", []),
    ],
    ids=str,
)
def test_a_vendor_word_is_found_where_it_stands(kind: Kind, text: str, found: list[str]) -> None:
    """Identifiers are compared whole, strings by their parts, and prose by words that are not plain English."""
    assert sorted(vendor_words(kind, text)) == found


def test_identifiers_strings_and_prose_are_told_apart() -> None:
    """Docstrings, comments and messages are prose; names, arguments, attributes and imports are identifiers."""
    source = "'One.'\nfrom a import b as c\ndef d(e: str = 'f') -> g:\n    # two\n    h.i(j='k l')\n"

    assert {(kind, text) for _, kind, text in texts(source)} == {
        *(("identifier", name) for name in ("a", "b", "c", "d", "e", "g", "h", "i", "j", "str")),
        ("string", "f"),
        *(("prose", text) for text in ("One.", "# two", "k l")),
    }


@pytest.mark.parametrize("package", [*PACKAGES, COMMAND])
def test_no_vendor_word_stands_in_python(package: str) -> None:
    """Names, paths, fields and values of the documented APIs stand in specs/*.yaml only."""
    assert words().apis

    found = [
        f"{path.relative_to(ROOT)}:{line}: {word!r} in {kind} {text[:60]!r}"
        for path in sources(package)
        for line, kind, text in texts(path.read_text(encoding="utf-8"))
        for word in sorted(vendor_words(kind, text))
    ]

    assert found == []


def test_every_exempt_word_is_a_word_of_a_spec() -> None:
    """A word that no spec uses any more needs no exemption."""
    assert EXEMPT.keys() - words().names - words().values == set()
