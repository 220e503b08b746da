/** Slashes between two names, with the `.` that mean nothing. */
const TO = '/(\\.?/)*';

/** Where container runtimes have their sockets, below a folder of a system's own. */
const SOCKETS = `(run(${TO}(docker\\.sock|cri-dockerd\\.sock|dockershim\\.sock|containerd|crio|k3s|podman|buildkit)(/.*)?)?|snap${TO}microk8s(/.*)?)`;

/**
 * Sockets of container runtimes, folders that they are in, and folders above those. Written for Go's RE2, too: the
 * same text is in admission policies.
 */
export const RUNTIME_SOCKET_PATH = `^${TO}((var${TO})?${SOCKETS}|var)?[/.]*$`;

/** Device nodes. Shared memory is a folder like any other. */
export const DEVICE_PATH = `^${TO}dev(/[/.]*|${TO}([^s/.].*|s[^h].*|s|sh|sh[^m].*|shm[^/].*))?$`;
