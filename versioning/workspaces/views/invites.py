from django.http import HttpRequest, HttpResponse


def accept(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse("")
