# Plaza for production: the application alone. Databases and Redis are services of their own.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --create-home --uid 1000 plaza
WORKDIR /plaza

# Only what production needs, in the versions and with the hashes of the lock: embedded servers,
# linters and test tools stay out.
COPY pyproject.toml requirements.lock ./
COPY .ci/production-lock .ci/
RUN .ci/production-lock > /tmp/production.lock \
    && pip install --no-cache-dir --require-hashes --requirement /tmp/production.lock \
    && rm /tmp/production.lock

COPY . .
# The collected files have their hash in their names; the settings need no service for this.
RUN python manage.py collectstatic --no-input \
    && mkdir -p var/media var/run && chown -R plaza var
USER plaza

EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "socialcommerce.wsgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--static-path-route", "/media", "--static-path-mount", "var/media"]
