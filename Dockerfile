# syntax=docker/dockerfile:1.7-labs
# One image: the host with all domains, or with `node apps/<domain>/src/main.ts` one of them. Sources run directly; nothing is
# built.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
# The manifests alone first, so that a change of source does not install anew.
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY --parents apps/*/package.json packages/*/package.json ./
# One folder for all: what a package shares with its user (zod, fastify) is brought by the deployable, and found there.
RUN npx --yes pnpm@12.21.0 install --prod --frozen-lockfile --config.node-linker=hoisted

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=dependencies /app ./
COPY package.json pnpm-workspace.yaml LICENSE ./
COPY apps ./apps
COPY packages ./packages
COPY sql ./sql
# Without configuration it says what is missing and ends. What it has compiled until then is there for every other start of
# this user, who may not write there any more: whoever could would decide what runs. Node hears of the folder before it looks
# at the first file: were a single one without its types not there, it would keep 13 MiB for what strips them.
ENV NODE_COMPILE_CACHE=/app/packages/host/node_modules/.cache
RUN install -d -o node packages/host/node_modules/.cache \
  && su node -s /bin/sh -c 'node apps/api/src/main.ts; test $? -eq 1' \
  && chown -R root:root packages/host/node_modules/.cache
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1 and gets SIGTERM: it stops taking requests, finishes what it has, and exits.
CMD ["node", "apps/api/src/main.ts"]
