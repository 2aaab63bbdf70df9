"""The addresses of the API."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from museum_api.views import ArtistViewSet, ArtworkViewSet, LoanViewSet

router = SimpleRouter()
router.register("artists", ArtistViewSet)
router.register("artworks", ArtworkViewSet)
router.register("loans", LoanViewSet)
urlpatterns = [path("api/", include(router.urls))]
