"""From an HTTP request under /v1/ to its answer: key, parameters, idempotency, one transaction."""

import hmac
import time
from dataclasses import dataclass, field

from payments.sandbox import forms, idempotency, routes, shapes
from payments.sandbox.calls import Call, expand
from payments.sandbox.errors import ApiError, InvalidParameter, Json, unauthenticated
from payments.sandbox.faults import Faults
from payments.sandbox.routing import Route
from payments.sandbox.store import Store, new_id
from payments.sandbox.web import Answer, Request, as_json


@dataclass
class Api:
    """The API of one sandbox. Thread-safe."""

    store: Store
    faults: Faults
    base_url: str
    secret_key: str
    under_way: idempotency.UnderWay = field(default_factory=idempotency.UnderWay)

    def answer(self, request: Request) -> Answer:
        request_id = new_id("req", 14)
        headers = [("Request-Id", request_id)]
        try:
            self.authenticate(request)
            key = _key(request)
            with self.under_way.hold(key):
                self._stumble(request)
                status, body, replayed = self._run(request, key, request_id)
        except ApiError as error:
            return as_json(error.status, error.as_json(), headers)
        if replayed:
            headers.append(("Idempotent-Replayed", "true"))
        if self._goes_wrong(request, "break_next"):
            return Answer(status, cut_off=True)
        return as_json(status, body, headers)

    def authenticate(self, request: Request) -> None:
        """Raises ApiError 401 unless the request carries our secret key."""
        expected = f"Bearer {self.secret_key}"
        if not hmac.compare_digest(request.authorization.encode(), expected.encode()):
            raise unauthenticated()

    def _goes_wrong(self, request: Request, counter: str) -> bool:
        """Return whether this is a write that the rules want to go wrong in this way."""
        concerned = request.method == "POST" and self.faults.concern(request.path)
        return concerned and self.faults.take(counter)

    def _stumble(self, request: Request) -> None:
        rules = self.faults.rules
        if request.method == "POST" and self.faults.concern(request.path):
            time.sleep(rules.hold_seconds)
        fails_read = request.method == "GET" and self.faults.concern(request.path)
        if self._goes_wrong(request, "fail_next") or (
            fails_read and self.faults.take("fail_reads_next")
        ):
            kind = "rate_limit_error" if rules.fail_status == 429 else "api_error"
            raise ApiError("The sandbox was asked to fail.", status=rules.fail_status, kind=kind)

    def _run(self, request: Request, key: str | None, request_id: str) -> tuple[int, Json, bool]:
        route, ids = routes.find(request.method, request.path)
        params = shapes.check(forms.decode(request.form), route.shape)
        routes.refuse_unsupported(route, params)
        mark = idempotency.fingerprint(request.method, request.path, params)
        self._check_account(request, route)
        call = self.call(params, ids, request_id=request_id, key=key, account=request.account)
        if key is not None:
            with self.store.transaction():
                remembered = idempotency.recall(self.store, key, mark)
            if remembered is not None:
                return *remembered, True
        return *self._execute(request, route, call, key, mark), False

    def _check_account(self, request: Request, route: Route) -> None:
        """Raises ApiError when the header names an account that is not there, or not wanted."""
        if not request.account:
            return
        if not route.connected:
            raise ApiError(f"The sandbox answers {request.path} for the platform only.")
        with self.store.transaction():
            account = self.store.find(request.account)
        if account is None or account["object"] != "account" or account.get("deleted"):
            raise ApiError(
                f"The provided key does not have access to account '{request.account}', or there"
                " is no such account.",
                status=403,
                code="account_invalid",
            )

    def call(
        self,
        params: Json,
        ids: tuple[str, ...] = (),
        *,
        request_id: str | None = None,
        key: str | None = None,
        account: str = "",
    ) -> Call:
        return Call(
            store=self.store,
            faults=self.faults,
            base_url=self.base_url,
            params=params,
            ids=ids,
            request_id=request_id,
            idempotency_key=key,
            account=account,
        )

    def _execute(
        self, request: Request, route: Route, call: Call, key: str | None, mark: str
    ) -> tuple[int, Json]:
        """Run the handler in one transaction, its answer remembered in the same one."""
        try:
            with self.store.transaction():
                status, body = self._handle(route, call)
                if self._goes_wrong(request, "spoil_next"):
                    status, body = 500, _spoiled().as_json()
                if key is not None:
                    idempotency.remember(self.store, key, mark, status, body)
        except InvalidParameter:
            raise
        except ApiError as error:
            if key is not None:
                with self.store.transaction():
                    idempotency.remember(self.store, key, mark, error.status, error.as_json())
            raise
        return status, body

    def _handle(self, route: Route, call: Call) -> tuple[int, Json]:
        try:
            body = route.handler(call)
        except ApiError as error:
            if not error.keeps_changes:
                raise
            return error.status, error.as_json()
        return 200, expand(self.store, body, call.get("expand", []))


def _key(request: Request) -> str | None:
    """Return the idempotency key of a write. Each account has its own keys."""
    if request.method != "POST" or request.idempotency_key is None:
        return None
    scope = f"{request.account} " if request.account else ""
    return scope + request.idempotency_key


def _spoiled() -> ApiError:
    return ApiError("An unknown error occurred.", status=500, kind="api_error")
