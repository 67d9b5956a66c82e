from django.http import HttpRequest, HttpResponse


def show(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def invite(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def revoke_invite(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def change_role(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def remove(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")
