from django.http import HttpRequest, HttpResponse


def show(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def close(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")
