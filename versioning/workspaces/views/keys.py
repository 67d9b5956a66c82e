from django.http import HttpRequest, HttpResponse


def show(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def create(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def revoke(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")
