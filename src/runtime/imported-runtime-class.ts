import { Construct, type IConstruct } from 'constructs';
import { validateRuntimeClassName } from './runtime-names';
import type { ISandboxRuntime } from './sandbox-runtime';
import { LineUpValidation } from '../synth/line-up-validation';
import { SandboxRegistry } from '../synth/sandbox-registry';
import { requestSandbox } from '../workload/request-sandbox';
import type { SandboxOptions } from '../workload/sandbox-options';

/** A RuntimeClass that somebody else owns: Pods may name it, nothing about it is judged but whether its Pods fit what its name says. */
export class ImportedRuntimeClass extends Construct implements ISandboxRuntime {
  public readonly runtimeClassName: string;

  constructor(scope: Construct, id: string, runtimeClassName: string) {
    super(scope, id);
    validateRuntimeClassName(runtimeClassName);
    this.runtimeClassName = runtimeClassName;
    SandboxRegistry.of(this).addExternal(this);
    LineUpValidation.ensure(this);
  }

  public sandbox(construct: IConstruct, options?: SandboxOptions): void {
    requestSandbox(this, construct, options);
  }
}
