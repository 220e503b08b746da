import type { OtherInstaller } from './other-installer';
import { nameOf, textAt, type Manifest } from '../manifest';

/**
 * A Shim of SpinKube's runtime-class-manager, which installs it on the nodes that it selects and makes its RuntimeClass.
 *
 * @see https://github.com/spinframework/runtime-class-manager/blob/main/docs/shim.md
 */
export function runtimeClassManager(shim: Manifest): OtherInstaller | undefined {
  const handler = textAt(shim, 'spec', 'runtimeClass', 'handler');
  const name = textAt(shim, 'spec', 'runtimeClass', 'name');
  return handler === undefined ? undefined : {
    product: 'runtime-class-manager',
    manifest: shim,
    handlers: new Set([handler]),
    labels: new Map([[nameOf(shim), 'provisioned']]),
    classes: new Map(name === undefined ? [] : [[name, handler]]),
  };
}
