"""What a hostile candidate may try with system calls that Python has no names for; `attempts` runs them as its own.

Targets flow in; what was got flows out. The numbers are those of x86_64.
"""

import ctypes
import mmap
import os
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
MB = 1 << 20
Targets = dict[str, Any]


def must(result: int) -> int:
    """Raises OSError where the kernel refused."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def ptrace(aim: Targets) -> str:
    """Take hold of another process."""
    must(LIBC.ptrace(0x4206, aim["victim"], None, None))  # without stopping it; our end lets it go
    return "attached"


def read_memory(aim: Targets) -> str:
    """Open another process's memory."""
    with open(f"/proc/{aim['victim']}/mem", "rb"):
        return "opened"


def user_namespace(aim: Targets) -> str:
    """Become root of a world of one's own."""
    must(LIBC.unshare(0x10000000))
    return "root"


def clone_namespace(aim: Targets) -> str:
    """The same by clone, whose flags a filter has to read."""
    number = must(LIBC.syscall(56, 0x10000000 | 17, None, None, None, None))
    if number == 0:
        os._exit(0)
    return "root"


def clone3_namespace(aim: Targets) -> str:
    """The same by clone3, whose flags no filter can read."""
    arguments = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17, 0, 0, 0)
    number = must(LIBC.syscall(435, ctypes.byref(arguments), ctypes.sizeof(arguments)))
    if number == 0:
        os._exit(0)
    return "root"


def mount(aim: Targets) -> str:
    """A file system of one's own, without a limit."""
    os.mkdir("mine")
    must(LIBC.mount(b"none", b"mine", b"tmpfs", 0, None))
    LIBC.umount(b"mine")
    return "mounted"


def memory_file(aim: Targets) -> str:
    """A file in memory, which no limit of files or of processes counts."""
    descriptor = must(LIBC.memfd_create(b"mine", 0))
    os.ftruncate(descriptor, MB)
    return "made"


def segment(aim: Targets) -> str:
    """A System V segment, which outlives its process."""
    number = must(LIBC.shmget(0, MB, 0o1600))
    LIBC.shmctl(number, 0, None)
    return "made"


def message_queue(aim: Targets) -> str:
    """A message queue, which outlives its process."""
    name = b"foundling-attempt"
    number = must(LIBC.syscall(240, name, os.O_CREAT | os.O_RDWR, 0o600, None))
    os.close(number)
    LIBC.syscall(241, name)
    return "made"


def io_uring(aim: Targets) -> str:
    """Ask the kernel by a ring that no filter sees."""
    os.close(must(LIBC.syscall(425, 4, ctypes.create_string_buffer(120))))
    return "made"


def keyring(aim: Targets) -> str:
    """Look into the keys that the kernel keeps for the user."""
    return str(must(LIBC.syscall(250, 0, -3, 0)))


def programs(aim: Targets) -> str:
    """Load a program into the kernel."""
    attributes = ctypes.create_string_buffer(120)
    ctypes.memmove(attributes, (ctypes.c_uint32 * 4)(1, 4, 4, 1), 16)
    os.close(must(LIBC.syscall(321, 0, attributes, 120)))
    return "made"


def events(aim: Targets) -> str:
    """Measure what the processor does for others."""
    attributes = ctypes.create_string_buffer(128)
    ctypes.memmove(attributes, (ctypes.c_uint32 * 2)(1, 128), 8)
    os.close(must(LIBC.syscall(298, attributes, aim["victim"], -1, -1, 0)))
    return "opened"


def page_faults(aim: Targets) -> str:
    """Hold the kernel up in the middle of its work."""
    os.close(must(LIBC.syscall(323, 1)))
    return "made"


def steal_descriptor(aim: Targets) -> str:
    """Take an open file out of another process."""
    handle = must(LIBC.syscall(434, aim["victim"], 0))
    os.close(must(LIBC.syscall(438, handle, 0, 0)))
    return "taken"


def file_handle(aim: Targets) -> str:
    """Name a file outside by its number."""
    handle, mounted = ctypes.create_string_buffer(136), ctypes.c_int()
    ctypes.memmove(handle, (ctypes.c_uint32 * 1)(128), 4)
    must(LIBC.syscall(303, -100, aim["secret"].encode(), handle, ctypes.byref(mounted), 0))
    return "named"


def watch_out(aim: Targets) -> str:
    """Be told what happens in a home."""
    must(LIBC.inotify_add_watch(must(LIBC.inotify_init1(0)), aim["outside"].encode(), 0xFFF))
    return "watching"


def old_calls(aim: Targets) -> str:
    """System calls of 32-bit programs, which have other numbers."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\x53\xb8\x14\x00\x00\x00\xcd\x80\x5b\xc3")  # push rbx; mov eax, getpid; int 0x80; pop rbx; ret
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    return str(call())


def privileges(aim: Targets) -> str:
    """Gain rights by running a program that has more."""
    rights = (ctypes.c_uint32 * 6)()
    must(LIBC.capget((ctypes.c_uint32 * 2)(0x20080522, 0), rights))
    if LIBC.prctl(39, 0, 0, 0, 0) == 1 and not any(rights):
        raise PermissionError("no rights, and no way to new ones")
    return f"rights {rights[0]:x}"
