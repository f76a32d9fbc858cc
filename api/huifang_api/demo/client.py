"""A small client of the public API, as an integrator would write one."""

from typing import Any

import httpx


class ApiProblem(Exception):
    """The API refused; `code` is its stable code."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code = status, code


class Client:
    """Calls the API with client credentials; gets a new token when the old one has run out."""

    def __init__(self, address: str, client_id: str, secret: str) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=30)
        self._credentials = (client_id, secret)
        self._token: str | None = None

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **params: Any) -> Any:
        """GET a resource."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Any = None) -> Any:
        """POST a JSON body; None for an answer without content."""
        return await self._call("POST", path, json=body)

    async def upload(self, path: str, content: bytes, content_type: str) -> Any:
        """POST raw bytes."""
        return await self._call("POST", path, content=content, headers={"Content-Type": content_type})

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        for _ in range(2):
            if self._token is None:
                self._token = await self._fetch_token()
            headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self._token}"}
            answer = await self._http.request(method, f"/api/v1{path}", headers=headers, **options)
            if answer.status_code != 401:
                break
            self._token = None
            options["headers"] = {k: v for k, v in headers.items() if k != "Authorization"}
        if answer.status_code == 204:
            return None
        if answer.is_error:
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            raise ApiProblem(
                answer.status_code, problem.get("code", "?"), problem.get("detail", answer.text[:200])
            )
        return answer.json()

    async def _fetch_token(self) -> str:
        answer = await self._http.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=self._credentials
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])
