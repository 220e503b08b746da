/** A registry's host with its port and a path, as it begins the name of an image. */
const REGISTRY = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** @throws if no name of an image can begin so */
export function validateImageRegistry(registry: string): string {
  if (registry.includes('@')) {
    throw new Error(`imageRegistry must not carry credentials or a digest, got "${registry.replace(/^.*@/, '...@')}"; give the nodes a Secret by imagePullSecrets`);
  }
  if (!REGISTRY.test(registry)) {
    throw new Error(`imageRegistry must be a registry's host with its port and a path, if any, as in "registry.example:5000/mirror", got "${registry}"`);
  }
  return registry;
}

/**
 * An image of a public registry as another registry has it: only what stands before the repository changes, so that it is
 * still the same bytes by digest.
 */
export function fromRegistry(registry: string | undefined, image: string): string {
  return registry === undefined ? image : `${registry}${image.slice(image.indexOf('/'))}`;
}
