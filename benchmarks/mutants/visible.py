"""What of a module can make a difference: its syntax tree without what is never run or only told.

Two texts with one visible form are the same network to whoever asks it from outside.
"""

from __future__ import annotations

import ast

NOT_COMPOSED = frozenset({"identity_from_header", "rewriting", "_then"})
"""Functions that serve variants and faults only: the network that is judged never calls them."""

_ONLY_TOLD = frozenset({"__repr__", "_kind", "handle_error"})
"""Functions that speak to a person, or to what is no HTTP: the text says nothing of either."""

_REFUSING = frozenset({"malformed", "Refusal", "_plain_error"})
"""What is called to refuse, in words that the text leaves free; those that it fixes have names."""

_DATACLASS_DISCIPLINE = frozenset({"frozen", "slots"})


def visible_form(source: str) -> str:
    """The form of a module's text. Raises SyntaxError."""
    return ast.dump(_Stripped().visit(ast.parse(source)))


class _Stripped(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        """Without annotations, and gone if nobody calls it or a programmer only sees it."""
        if node.name in NOT_COMPOSED | _ONLY_TOLD:
            return None
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Without annotations."""
        node.returns = None
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
        """Protocols are for the type checker; so is what keeps a dataclass from being changed."""
        if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
            return None
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                decorator.keywords = [
                    word for word in decorator.keywords if word.arg not in _DATACLASS_DISCIPLINE
                ]
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A refusal is told in any words, and with any names in its details."""
        if ast.unparse(node.func).rpartition(".")[2] in _REFUSING:
            return _Unworded().generic_visit(node)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Without its annotation."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """With the value, and with anything for an annotation."""
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """No names for types, and no loggers."""
        is_type = (
            isinstance(node.value, ast.Subscript) and ast.unparse(node.targets[0])[0].isupper()
        )
        if is_type or _is_about_logs(node):
            return None
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """No docstrings, and nothing that goes to a log."""
        if isinstance(node.value, ast.Constant) or _is_about_logs(node):
            return None
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """No imports for the type checker."""
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return None
        return self.generic_visit(node)


class _Unworded(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Any text is as good as any other; None or a number is not."""
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """So is any text that is put together."""
        del node
        return ast.Constant("")


def _is_about_logs(statement: ast.stmt) -> bool:
    text = ast.unparse(statement)
    return text.startswith(("_log.", "_log =", "_no_access_log"))
