# The suite and the mock in one image; docs/how-to/installing.md has the commands.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE patch_contracts.py ./
COPY specs specs
COPY mock_server mock_server
COPY contracts contracts
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 judge
COPY --from=build /dist /dist
RUN pip install --no-cache-dir /dist/*.whl "pytest-xdist>=3.6"
USER 10001
WORKDIR /work
# A user that is chosen at start has no home that it may write to.
ENV PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp/cache
EXPOSE 4010
ENTRYPOINT ["patch-contracts"]
CMD ["--help"]
