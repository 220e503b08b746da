import { Construct } from 'constructs';
import { KataRuntime, type KataRuntimeProps } from './kata-runtime';
import { KataShim } from './kata-shim';
import { KataSize } from './kata-size';

/**
 * Four runtimes of one shim for guests of four sizes, as Kata recommends it: each class reserves what guests of its size
 * need, where a single class would reserve too much for small ones or too little for large ones.
 *
 * @see https://github.com/kata-containers/kata-containers/blob/main/docs/how-to/how-to-size-sandbox-overhead-runtime-rs.md
 */
export class KataSizes extends Construct {
  /** For guests of size KataSize.S. */
  public readonly s: KataRuntime;

  /** For guests of size KataSize.M. */
  public readonly m: KataRuntime;

  /** For guests of size KataSize.L. */
  public readonly l: KataRuntime;

  /** For guests of size KataSize.XL. */
  public readonly xl: KataRuntime;

  /**
   * @param scope the construct above
   * @param id the construct's id
   * @param props what the four have in common; the size's name is appended to handler and RuntimeClass
   */
  constructor(scope: Construct, id: string, props: KataRuntimeProps) {
    super(scope, id);
    if (props.size) {
      throw new Error(`${this.node.path} has all four sizes, and size "${props.size.name}" is given; leave it out, or use a KataRuntime`);
    }
    if (props.overhead) {
      throw new Error(`${this.node.path} gives each size an overhead of its own; leave overhead out, or use a KataRuntime for each size`);
    }
    const { suffix, ...common } = props;
    const handler = props.handler ?? [(props.shim ?? KataShim.QEMU_RUNTIME_RS).handler, ...suffix === undefined ? [] : [suffix]].join('-');
    const runtime = (size: KataSize) => new KataRuntime(this, size.name, {
      ...common,
      size,
      handler: `${handler}-${size.name}`,
      runtimeClassName: `${props.runtimeClassName ?? handler}-${size.name}`,
    });
    this.s = runtime(KataSize.S);
    this.m = runtime(KataSize.M);
    this.l = runtime(KataSize.L);
    this.xl = runtime(KataSize.XL);
  }
}
