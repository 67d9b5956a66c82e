"""One request: how it is signed, and what becomes of answers that are no good."""

import asyncio
import socket
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import WebhookVerificationError

from tests.webhooks.receiver import OK, Receiver, says, status
from versioning.lib import outbound
from versioning.webhooks import sending
from versioning.webhooks.sending import Parcel

FIRST = "whsec_" + "A" * 43 + "="
SECOND = "whsec_" + "B" * 42 + "A="


pytestmark = pytest.mark.usefixtures("quick")


def send(url, *, body='{"type":"x","grüße":1}', secrets=(FIRST,)):
    async def once():
        async with sending.client() as client:
            return await sending.send(client, Parcel("an-id", url, body, list(secrets)))

    return asyncio.run(once())


def test_what_is_sent_is_verified_by_the_official_library(receiver):
    outcome = send(receiver.url)

    (came,) = receiver.came
    assert came.verified(FIRST) == {"type": "x", "grüße": 1}
    assert came.headers["webhook-id"] == "an-id"
    assert came.headers["content-type"].startswith("application/json")
    assert came.headers["user-agent"].startswith("Previse-Webhooks/")
    assert (outcome.delivered, outcome.status, outcome.error, outcome.answer) == (True, 200, "", "ok")


def test_another_secret_or_another_body_is_not(receiver):
    send(receiver.url)

    (came,) = receiver.came
    with pytest.raises(WebhookVerificationError):
        came.verified(SECOND)
    with pytest.raises(WebhookVerificationError):
        type(came)(came.headers, came.body + b" ", came.at).verified(FIRST)


def test_while_a_secret_is_exchanged_both_verify(receiver):
    send(receiver.url, secrets=[SECOND, FIRST])

    (came,) = receiver.came
    assert len(came.headers["webhook-signature"].split()) == 2
    assert came.verified(FIRST) == came.verified(SECOND)


@pytest.mark.parametrize("code", [201, 202, 204, 299])
def test_every_2xx_is_success(receiver, code):
    receiver.answer = says(status(code))

    assert send(receiver.url).delivered


@pytest.mark.parametrize("code", [300, 301, 302, 304, 307, 308, 400, 401, 404, 410, 429, 500, 503, 599, 700])
def test_every_other_status_is_a_failure(receiver, code):
    receiver.answer = says(status(code, Location=receiver.url + "/on", Retry_After="7"))

    outcome = send(receiver.url)

    assert (outcome.delivered, outcome.status, outcome.retry_after) == (False, code, "7")
    assert len(receiver.came) == 1  # a redirect was not followed
    assert ("Redirects are not followed" in outcome.error) == (300 <= code < 400)


def drips(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.1)


def heads_without_end(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Again: " + b"x" * 1000 + b"\r\n")


def floods(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x" * 100_000)


def hangs_up_after(beginning):
    def answer(connection, _):
        connection.sendall(beginning)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


BAD = {
    "silence": (lambda connection, _: time.sleep(3), "No complete answer within 1 seconds."),
    "one byte at a time": (drips, "No complete answer within 1 seconds."),
    "100 MB": (floods, "The answer is longer than 65,536 bytes."),
    "headers without end": (heads_without_end, "What came back is not an HTTP answer"),
    "garbage": (says(b"\x00\xff garbage \r\n\r\n" * 10), "What came back is not an HTTP answer"),
    "half an answer": (hangs_up_after(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), "What came back"),
    "no answer": (hangs_up_after(b""), "What came back is not an HTTP answer"),
    "another protocol": (hangs_up_after(b"220 mail.example ESMTP\r\n"), "What came back is not an HTTP"),
    "compressed": (says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"),
                   "The answer came compressed"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_answer_is_a_failure_in_words_and_in_time(receiver, kind):
    receiver.answer, words = BAD[kind]
    started = time.monotonic()

    outcome = send(receiver.url)

    assert not outcome.delivered
    assert outcome.error.startswith(words)
    assert outcome.error
    assert time.monotonic() - started < 2
    assert outcome.milliseconds < 1500


def test_of_an_answer_the_beginning_is_kept_as_text(receiver):
    receiver.answer = says(b"HTTP/1.1 500 No\r\nContent-Length: 9000\r\n\r\n" + b"\x00\xff<b>" * 1800)

    outcome = send(receiver.url)

    assert (outcome.status, outcome.error) == (500, "")
    assert outcome.answer.startswith("\ufffd\ufffd<b>")
    assert "\0" not in outcome.answer
    assert len(outcome.answer) <= sending.KEPT


def test_nobody_there_is_a_failure(receiver):
    receiver.close()

    assert send(receiver.url).error.startswith("No connection: ")


def certificate(folder, name):
    """A certificate that nobody vouches for, as files."""
    from datetime import UTC, datetime, timedelta

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.fixture
def vouched(monkeypatch, tmp_path):
    """A TLS server for `localhost`, whose certificate is trusted."""
    one = Receiver(tls=certificate(tmp_path, "localhost"))
    trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr(outbound, "tls", lambda: trusted)
    yield one
    one.close()


def test_over_tls_it_arrives(vouched):
    outcome = send(vouched.url.replace("127.0.0.1", "localhost"))

    assert outcome.delivered, outcome.error
    assert vouched.came[0].verified(FIRST)


def test_a_certificate_of_another_name_is_not_accepted(vouched):
    outcome = send(vouched.url)

    assert outcome.error.startswith("Its certificate is not accepted: ")
    assert vouched.came == []


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path):
    one = Receiver(tls=certificate(tmp_path, "127.0.0.1"))

    outcome = send(one.url)
    one.close()

    assert outcome.error.startswith("Its certificate is not accepted: ")
    assert one.came == []


def test_a_server_without_tls_is_no_encrypted_connection(receiver):
    assert send(receiver.url.replace("http:", "https:")).error.startswith("No encrypted connection: ")


def test_what_cannot_be_signed_or_said_is_not_sent(receiver):
    assert "SECRET_KEY was changed" in send(receiver.url, secrets=[]).error
    assert "cannot be put into words" in send(receiver.url, body=None).error
    assert receiver.connections == 0


def test_a_bad_answer_leaves_the_next_request_alone(receiver):
    receiver.answer = floods

    async def twice():
        async with sending.client() as client:
            bad = await sending.send(client, Parcel("one", receiver.url, "{}", [FIRST]))
            receiver.answer = says(OK)
            return bad, await sending.send(client, Parcel("two", receiver.url, "{}", [FIRST]))

    bad, good = asyncio.run(twice())
    assert (bad.delivered, good.delivered) == (False, True)
