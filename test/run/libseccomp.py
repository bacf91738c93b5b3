"""The filters that crun has libseccomp make: profiles as JSON on standard input, a filter in base64 or null for each.

The calls are those of libcrun_generate_seccomp (crun 1.8, src/libcrun/seccomp.c); so no container has to be started, and
the host need not be of the architecture. Null where libseccomp takes two rules for one (EEXIST), as crun then ends.
"""

import base64
import ctypes
import json
import os
import sys
import tempfile

lib = ctypes.CDLL("libseccomp.so.2")
u32, u64 = ctypes.c_uint32, ctypes.c_uint64


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", u64), ("b", u64)]


lib.seccomp_init.restype = ctypes.c_void_p
lib.seccomp_init.argtypes = [u32]
lib.seccomp_release.argtypes = [ctypes.c_void_p]
lib.seccomp_arch_resolve_name.restype = u32
lib.seccomp_arch_resolve_name.argtypes = [ctypes.c_char_p]
lib.seccomp_arch_add.argtypes = lib.seccomp_arch_remove.argtypes = [ctypes.c_void_p, u32]
lib.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
lib.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p, u32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)
]
lib.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]

ACTIONS = {"ALLOW": 0x7FFF0000, "LOG": 0x7FFC0000, "TRAP": 0x30000, "ERRNO": 0x50000}
OPERATORS = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"]
EEXIST, EPERM = 17, 1
NO_CALL = -1


def must(status, what):
    if status < 0:
        raise OSError(-status, what)


def action(name, errno):
    value = ACTIONS[name.removeprefix("SCMP_ACT_")]
    return value | (EPERM if errno is None else errno) if name == "SCMP_ACT_ERRNO" else value


def comparisons(args):
    return [
        Comparison(each["index"], 1 + OPERATORS.index(each["op"].removeprefix("SCMP_CMP_")),
                   int(each["value"]), int(each.get("valueTwo", 0)))
        for each in args
    ]


def add(filter, rule, default):
    """False where libseccomp has such a rule already."""
    act = action(rule["action"], rule.get("errnoRet"))
    args = comparisons(rule.get("args", []))
    # Of several conditions on one argument each is a rule.
    once = len({each.arg for each in args}) == len(args)
    groups = [args] if once else [[each] for each in args]
    if act == default:
        return True
    for name in rule["names"]:
        call = lib.seccomp_syscall_resolve_name(name.encode())
        if call == NO_CALL:
            continue
        for group in groups:
            array = (Comparison * len(group))(*group)
            status = lib.seccomp_rule_add_array(filter, act, call, len(group), array)
            if status == -EEXIST:
                return False
            must(status, name)
    return True


def program(host, profile):
    default = action(profile["defaultAction"], profile.get("defaultErrnoRet"))
    filter = lib.seccomp_init(default)
    try:
        token = lib.seccomp_arch_resolve_name(host.encode())
        native = lib.seccomp_arch_native()
        if token != native & 0xFFFFFFFF:
            must(lib.seccomp_arch_add(filter, token), host)
            must(lib.seccomp_arch_remove(filter, native), "native")
        for name in profile.get("architectures", []):
            token = lib.seccomp_arch_resolve_name(name.removeprefix("SCMP_ARCH_").lower().encode())
            status = lib.seccomp_arch_add(filter, token)
            if status != -EEXIST:
                must(status, name)
        if not all(add(filter, rule, default) for rule in profile["syscalls"]):
            return None
        with tempfile.TemporaryFile() as file:
            must(lib.seccomp_export_bpf(filter, file.fileno()), "export")
            return base64.b64encode(os.pread(file.fileno(), 1 << 20, 0)).decode()
    finally:
        lib.seccomp_release(filter)


asked = json.load(sys.stdin)
json.dump([program(asked["host"], profile) for profile in asked["profiles"]], sys.stdout)
