# L’image du portail : la même pour le serveur web, l’ouvrier, l’horloge et les migrations.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/alliances
COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes --only-binary :all: --requirement requirements/base.txt
COPY . .
RUN python -m script.catalogues
# Throw-away values: collecting files reads the settings and reaches nothing.
RUN DJANGO_SETTINGS_MODULE=alliances.config.settings.production SECRET_KEY=build-only \
    ALLOWED_HOSTS=build.invalid PUBLIC_URL=https://build.invalid \
    DATABASE_URL=postgresql://build@build.invalid/build REDIS_URL=redis://build.invalid \
    python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-open-sans fonts-roboto-unhinted \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent alliances \
    && install --directory --owner alliances --mode 0700 \
        /var/lib/alliances/media /var/lib/alliances/beat
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/alliances /srv/alliances
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp \
    DJANGO_SETTINGS_MODULE=alliances.config.settings.production \
    MEDIA_ROOT=/var/lib/alliances/media
WORKDIR /srv/alliances
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "script.probe"]
CMD ["gunicorn", "alliances.config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--worker-class", "gthread", "--threads", "4", "--worker-tmp-dir", "/dev/shm", \
     "--no-control-socket"]
