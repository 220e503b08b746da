# The command alone, for pipelines without Node.js: docker run --rm -v "$PWD:/work" IMAGE check .
# Build it after "npx projen build", which makes lib/.
FROM docker.io/library/node:24.19.0-alpine@sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43
COPY package.json /opt/cdk8s-sandbox-runtimes/
COPY bin /opt/cdk8s-sandbox-runtimes/bin
COPY lib/cli/main.js /opt/cdk8s-sandbox-runtimes/lib/cli/
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["node", "/opt/cdk8s-sandbox-runtimes/bin/cdk8s-sandbox-runtimes"]
