"""The one error that a person is meant to read. It carries a sentence in and no traceback out."""


class BadInput(Exception):
    """Something a person gave cannot be used: one sentence that says what, where and what to do.

    The command line prints the sentence and ends with exit code 2; nothing has been changed when it is raised.
    """
