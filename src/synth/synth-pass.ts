import { App } from 'cdk8s';
import type { IConstruct } from 'constructs';

/**
 * cdk8s runs every validation once for the app and once more for each chart. A pass is one call of `app.synth()` or
 * `app.synthYaml()`, in which nothing changes between these runs, so one answer serves all of them. Outside of a pass
 * (`chart.toJson()`, `Testing.synth()`) nothing is remembered.
 */
export class SynthPass {
  public static of(root: IConstruct): SynthPass {
    const pass = new SynthPass();
    if (root instanceof App) {
      pass.surround(root, 'synth');
      pass.surround(root, 'synthYaml');
    }
    return pass;
  }

  private running = false;
  private answer: string[] | undefined;

  private constructor() {}

  /** The check's answer, from this pass if it has run already. */
  public once(check: () => string[]): string[] {
    if (!this.running) return check();
    return this.answer ??= check();
  }

  private surround(app: App, method: 'synth' | 'synthYaml'): void {
    const original = app[method].bind(app) as () => any;
    app[method] = () => {
      this.running = true;
      try {
        return original();
      } finally {
        this.running = false;
        this.answer = undefined;
      }
    };
  }
}
