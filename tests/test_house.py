"""The rules of the house, read off the source itself: who imports whom, how large things are, what is never done."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "foundling"
FILES = sorted(SOURCE.rglob("*.py"))
LINES = {path: path.read_text(encoding="utf-8").count("\n") for path in FILES}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
BELOW_LIFE = {
    "training", "evaluation", "community", "inference", "corpus", "tokens", "model", "home", "sandbox", "recipe",
    "records",
}
VAGUE = re.compile(r"(util|helper|common|manager)s?(_|$)|_(util|helper|manager)s?$")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """Every function of the source: its place, its node, and whether it is a method."""
    for path, tree in TREES.items():
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        methods = {id(node) for made in classes for node in made.body if isinstance(node, FUNCTION)}
        for node in ast.walk(tree):
            if isinstance(node, FUNCTION):
                yield f"{shown(path)}:{node.lineno} {node.name}", node, id(node) in methods


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes at the top of a module; `forward` and overridden handlers stand under their class's."""
    for node in tree.body:
        if isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_"):
            yield node


def test_there_is_something_to_read() -> None:
    """Every rule below would hold for an empty folder."""
    assert len(FILES) > 60 and sum(1 for _ in functions()) > 300


def test_a_layer_imports_only_what_stands_below_it() -> None:
    """The contracts of pyproject.toml, held by import-linter; all of them, and none of them emptied."""
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed here")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "", "COLUMNS": "120", "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


def test_every_folder_has_its_place_in_the_contract() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "exhaustive = true" in contract and "ignore_imports" not in contract
    folders = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    layers = re.search(r"layers = \[(.*?)\]", contract, re.DOTALL)
    assert layers and folders <= set(re.findall(r"\w+", layers[1]))
    assert {path.name for path in SOURCE.glob("*.py")} == {"__init__.py"}


def test_files_are_small() -> None:
    assert {shown(path): count for path, count in LINES.items() if count >= 400} == {}
    assert statistics.median(LINES.values()) < 150
    kernels = [path for path in SOURCE.rglob("*") if path.suffix in {".cpp", ".h"}]
    counts = {shown(path): path.read_text(encoding="utf-8").count("\n") for path in kernels}
    assert counts and {place: count for place, count in counts.items() if count >= 400} == {}


def test_functions_are_short() -> None:
    long = {place: n.end_lineno - n.lineno + 1 for place, n, _ in functions() if n.end_lineno - n.lineno + 1 >= 60}
    assert long == {}


def test_functions_take_at_most_seven_things() -> None:
    counts = {}
    for place, node, method in functions():
        given = node.args
        count = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
        counts[place] = count - (method and not static)
    assert {place: count for place, count in counts.items() if count > 7} == {}


def test_names_say_what_is_inside() -> None:
    vague = [shown(p) for p in (*FILES, *SOURCE.rglob("*/")) if VAGUE.search(p.stem)]
    assert vague == []
    assert VAGUE.search("utils") and VAGUE.search("file_helpers") and not VAGUE.search("manage_utility")


def test_everything_public_says_what_it_is() -> None:
    silent = [shown(path) for path, tree in TREES.items() if not ast.get_docstring(tree)]
    silent += [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path, tree in TREES.items() for node in public(tree) if not ast.get_docstring(node)
    ]
    assert silent == []


def test_errors_are_never_swallowed_whole() -> None:
    bare = [
        f"{shown(path)}:{node.lineno}" for path, tree in TREES.items() for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)} imports by a relative name"
            found.add(str(node.module))
    return found


def test_the_trainer_program_is_small_and_imports_only_training_and_what_is_below() -> None:
    path = SOURCE / "training" / "program.py"
    assert LINES[path] < 250
    allowed = {"training", "model", "tokens", "home", "recipe", "records"}
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("foundling.")}
    assert "training" in ours and ours <= allowed
    others = {name.split(".")[0] for name in imports(path)} - {"foundling"}
    assert others <= set(sys.stdlib_module_names) | {"torch"}


def test_training_never_sees_the_judge() -> None:
    """No word of held-out splits or of the ledger in the code of training; docstrings may name what it is denied."""
    for path in (SOURCE / "training").glob("*.py"):
        code = ast.dump(ast.parse(ast.unparse(_without_docstrings(TREES[path]))))
        for word in ("heldout", "screen", "vault", "confirm", "Ledger", "judge/"):
            assert word not in code, f"{shown(path)} mentions {word}"


def _without_docstrings(tree: ast.Module) -> ast.Module:
    copy = ast.parse(ast.unparse(tree))
    for node in ast.walk(copy):
        if isinstance(node, (*FUNCTION, ast.ClassDef, ast.Module)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return copy


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project: what git would keep, by .gitignore's own folders."""
    ignored = {line.strip().rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in ignored | {".git"} or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                folders.append(path)
            elif path.suffix not in {".png", ".jpg", ".ico", ".woff2", ".safetensors", ".gif", ".pyc"}:
                yield shown(path), path.read_text(encoding="utf-8", errors="replace")


def test_nothing_is_ever_unpickled() -> None:
    """Neither done nor recommended: not in the source, not in the documents."""
    forbidden = re.compile(r"pickle\.load|torch\.load\b|allow_pickle\s*=\s*True")
    modules = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
    places = ("src/", "docs/", "README")
    told = [(place, text) for place, text in texts() if place.startswith(places)]
    found = [f"{place}: {match[0]}" for place, text in told for match in forbidden.finditer(text)]
    found += [f"{shown(path)} imports {name}" for path in FILES for name in imports(path) & modules]
    assert found == []


def test_code_is_never_made_of_text() -> None:
    """No eval, exec or shell: text from people, stories and models is hostile."""
    found = []
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "__import__"):
                found.append(f"{shown(path)}:{node.lineno} {node.func.id}")
            if any(k.arg == "shell" for k in node.keywords) or ast.unparse(node.func) == "os.system":
                found.append(f"{shown(path)}:{node.lineno} shell")
    assert found == []


def test_only_the_outer_layers_print() -> None:
    """A station yields events; who shows them stands above it. A program of its own writes events to stdout."""
    below = {path: tree for path, tree in TREES.items() if path.relative_to(SOURCE).parts[0] in BELOW_LIFE}
    found = [
        f"{shown(path)}:{node.lineno}" for path, tree in below.items() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_no_text_names_a_machine() -> None:
    """No path of somebody's computer: it would work there and nowhere else, and tell who wrote it."""
    machine = re.compile(r"(?<![\w.~-])/(?:home|Users|root|work|mnt|workspace)/\w|[A-Z]:\\\\?Users")
    found = [
        f"{place}: {match[0]}" for place, text in texts() for match in machine.finditer(text)
        if place != shown(Path(__file__))
    ]
    assert found == []
    assert machine.search("see /home/ada/notes") and machine.search("'/root/x") and not machine.search("src/home/x.py")


def test_nothing_is_left_to_do() -> None:
    """What is not done is an issue, not a comment; what a checker does not like is mended, not silenced."""
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|type:\s*ignore|pragma: no cover")
    code = [(place, text) for place, text in texts() if place.endswith(".py") and place != shown(Path(__file__))]
    found = [f"{place}: {match[0]}" for place, text in code for match in words.finditer(text)]
    assert found == []


def test_names_of_tests_are_unique() -> None:
    """Two test modules of one name cannot be collected together; two functions of one name hide each other."""
    modules = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(modules) == len(set(modules))
    for path in (ROOT / "tests").rglob("test_*.py"):
        names = [n.name for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, FUNCTION)]
        assert len(names) == len(set(names)), path.name
