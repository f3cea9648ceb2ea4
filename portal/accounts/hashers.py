"""The hasher of passwords."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

# Threads that hash at once in a process. A hash of an earlier version still takes 100 MiB to check.
_turns = BoundedSemaphore(2)


class SmallArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2 with the least memory that OWASP recommends, a fifth of Django's: 19 MiB.

    Otherwise a few sign-ins at once would take all memory of a small machine. Hashes with other
    parameters stay valid and are made anew when their owners sign in.
    """

    memory_cost, time_cost, parallelism = 19 * 1024, 2, 1

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turns:
            return super().verify(password, encoded)
