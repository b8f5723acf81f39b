"""Small C++ kernels for the processor at hand: sources beside this file, built on first use, called through ctypes.

Every kernel has a plain torch twin that is used where it cannot be built; tests compare the two.
"""
