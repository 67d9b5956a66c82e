from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def theme(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")


def workspace(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")
