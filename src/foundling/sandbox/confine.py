"""The last program before a candidate: it closes every way out that it can, and then becomes the candidate.

confine.py [--limit NAME=N]... [--write DIR]... [--read DIR]... [--list DIR]... [--user N] [--hand FD] -- COMMAND...

A command flows in; the same command runs under resource limits, Landlock (only with --write), another user (only with
--user) and a seccomp filter. It stands alone: a bare interpreter runs it inside the sandbox, and it knows no policy.
System calls are named by number, because Python has no names for them; the aarch64 numbers have not been run.
"""

import ctypes
import itertools
import os
import resource
import socket
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
NO_NEW_PRIVS, SECCOMP, END_WITH_PARENT = 38, 22, 1
Instruction = tuple[int, int, int, int]

# Denied, in this order: connect, bind, socket; ptrace, process_vm_readv, process_vm_writev, kcmp, process_madvise,
# pidfd_getfd; mount, umount2, pivot_root, chroot, mount_setattr, open_tree..fspick; unshare, setns; bpf,
# perf_event_open, userfaultfd, io_uring_setup, kexec_load, kexec_file_load, init_module, finit_module, swapon, reboot,
# personality; keyctl, add_key, request_key; open_by_handle_at, name_to_handle_at; setsid, setpgid; memfd_create,
# memfd_secret, shmget, semget, msgget, mq_open; truncate and all setters of mode, owner, time and attributes;
# setpriority, ioprio_set, sched_setscheduler, sched_setparam, sched_setattr; inotify_init1 (and inotify_init),
# fanotify_init.
DENIED = {
    "x86_64": (0xC000003E, [
        42, 49, 41, 101, 310, 311, 312, 440, 438, 165, 166, 155, 161, 442, *range(428, 434), 272, 308, 321, 298, 323,
        425, 246, 320, 175, 313, 167, 169, 135, 250, 248, 249, 304, 303, 112, 109, 319, 447, 29, 64, 68, 240, 76, 90,
        91, 268, 452, 92, 93, 94, 260, 132, 235, 280, 261, 188, 189, 190, 197, 198, 199, 141, 251, 144, 142, 314, 294,
        253, 300,
    ]),
    "aarch64": (0xC00000B7, [
        203, 200, 198, 117, 270, 271, 272, 440, 438, 40, 39, 41, 51, 442, *range(428, 434), 97, 268, 280, 241, 282,
        425, 104, 294, 105, 273, 224, 142, 92, 219, 217, 218, 265, 264, 157, 154, 279, 447, 194, 190, 186, 180, 45, 52,
        53, 452, 54, 55, 88, 5, 6, 7, 14, 15, 16, 140, 30, 119, 118, 274, 26, 262,
    ]),
}
# sendmsg, sendmmsg: refused by a second filter, with Landlock only, where files in flight are counted by nobody.
SENDING = {"x86_64": (46, 307), "aarch64": (211, 269)}
# Looked at with their arguments: clone, clone3, socketpair, prlimit64, sched_setaffinity.
LOOKED_AT = {"x86_64": (56, 435, 53, 302, 203), "aarch64": (220, 435, 199, 261, 122)}
NEW_NAMESPACES = 0x7E020000
ALLOW, NOT_PERMITTED, NO_SUCH_CALL, KILL = 0x7FFF0000, 0x50001, 0x50000 | 38, 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, MASK, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06


def must(result: int, what: str) -> int:
    """The result of a system call. Raises OSError where it failed: what is not confined must not run."""
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def landlock(write: list[str], read: list[str], names: list[str]) -> None:
    """Everything below `write`, reading and running below `read`, names below `names`. No TCP, no outside signals."""
    abi = must(LIBC.syscall(444, None, 0, 1), "landlock")
    known = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)) - 1  # all rights of files that this kernel knows
    rules = struct.pack("QQQ", known, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)  # files; TCP; sockets and signals
    handle = must(LIBC.syscall(444, rules, 24 if abi >= 6 else 16 if abi >= 4 else 8, 0), "ruleset")
    on_file = 0b111 | (known & (1 << 14 | 1 << 15))  # run, write, read, truncate, ioctl
    rules_of = ((write, known), (read, 0b1101), (names, 0b1000))
    for path, wanted in [(path, wanted) for paths, wanted in rules_of for path in paths]:
        if os.path.exists(path):
            at = os.open(path, os.O_PATH | os.O_CLOEXEC)
            rights = wanted & (known if os.path.isdir(path) else on_file)
            must(LIBC.syscall(445, handle, 1, struct.pack("=Qi", rights, at), 0), path)
            os.close(at)
    must(LIBC.syscall(446, handle, 0), "restrict")
    os.close(handle)


def when(number: int, *then: Instruction) -> list[Instruction]:
    """Instructions for one system call; `then` ends in a return, whatever it looks at."""
    return [(EQUAL, 0, len(then), number), *then]


def seccomp(machine: str) -> list[Instruction]:
    """The filter: foreign system calls kill, denied ones fail, a few are let through by their arguments."""
    architecture, denied = DENIED[machine]
    clone, clone3, socketpair, prlimit, affinity = LOOKED_AT[machine]
    program: list[Instruction] = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    if machine == "x86_64":
        program += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, KILL)]  # x32
    for number in denied:
        program += when(number, (RETURN, 0, 0, NOT_PERMITTED))
    program += when(clone3, (RETURN, 0, 0, NO_SUCH_CALL))  # so that libc falls back to clone, whose flags can be read
    # A pair of datagram sockets would reach any socket of the host by its path: a datagram carries an address.
    program += when(
        socketpair, (LOAD, 0, 0, 24), (MASK, 0, 0, 0xF), (EQUAL, 2, 0, 1), (EQUAL, 1, 0, 5),
        (RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW),
    )
    for number in (prlimit, affinity):  # of oneself only: a process of the same user may limit another one to death
        program += when(
            number, (LOAD, 0, 0, 16), (EQUAL, 1, 0, 0), (RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW)
        )
    program += when(
        clone, (LOAD, 0, 0, 16), (ANY_BIT, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW)
    )
    return [*program, (RETURN, 0, 0, ALLOW)]


def no_sending(machine: str) -> list[Instruction]:
    """A second filter, beside the first, which kills foreign calls: no message that can carry a descriptor.

    A removed file that is in flight between two sockets of one's own is in no folder and in no process's table.
    """
    refused = [step for number in SENDING[machine] for step in when(number, (RETURN, 0, 0, NOT_PERMITTED))]
    return [(LOAD, 0, 0, 0), *refused, (RETURN, 0, 0, ALLOW)]


def install(program: list[Instruction]) -> None:
    """Put the filter on this process and all that come of it."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    must(LIBC.prctl(SECCOMP, 2, struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))), "seccomp")


def limit(settings: list[str]) -> None:
    """Set limits of this process, such as `nproc=64`: hard ones, which nothing can raise again."""
    for setting in settings:
        name, _, value = setting.partition("=")
        number: int = getattr(resource, f"RLIMIT_{name.upper()}")
        ceiling = resource.getrlimit(number)[1]
        wanted = int(value) if ceiling == resource.RLIM_INFINITY else min(int(value), ceiling)
        resource.setrlimit(number, (wanted, wanted))


def hand_over(descriptor: int) -> None:
    """Give the folder we stand in to whoever holds the other end: it says that all is confined, and lets them look."""
    folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    with socket.socket(fileno=descriptor) as other:
        socket.send_fds(other, [b"."], [folder])
    os.close(folder)


def become(user: int) -> None:
    """Another user, with no group, no capability and no way back."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    must(LIBC.capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()), "no capabilities")


def main(arguments: list[str]) -> None:
    """Confine this process and become the command. Whatever cannot be done raises, and nothing runs."""
    at = arguments.index("--")
    options, command = arguments[:at], arguments[at + 1:]

    def given(flag: str) -> list[str]:
        return [value for word, value in itertools.pairwise(options) if word == flag]

    limit(given("--limit"))
    must(LIBC.prctl(NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    if given("--write"):
        landlock([*given("--write"), "/dev/null"], given("--read"), given("--list"))
    for user in given("--user"):
        become(int(user))
    must(LIBC.prctl(END_WITH_PARENT, 9, 0, 0, 0), "end with parent")
    install(seccomp(os.uname().machine))
    for descriptor in given("--hand"):
        hand_over(int(descriptor))
    if given("--write"):
        install(no_sending(os.uname().machine))
    os.closerange(3, 1 << 16)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
