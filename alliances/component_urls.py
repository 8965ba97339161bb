"""The gallery of components, in development and in the demo only."""

from django.urls import path

from alliances.views import components

urlpatterns = [path("", components.gallery, name="components")]
