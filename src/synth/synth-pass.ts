import { App, Chart, type ApiObject } from 'cdk8s';
import type { IConstruct, IValidation } from 'constructs';

/** How one object is rendered. */
interface Rendering {
  /** As the object does it itself. */
  readonly original: () => any;
  /** What is put into it afterwards. */
  edit?: (manifest: any) => void;
  /** Rendered for the check of this pass, and not written yet. */
  kept?: any;
}

/**
 * cdk8s runs every validation once for the app and once more for each chart. A pass is one call of `app.synth()` or
 * `app.synthYaml()`, in which nothing changes between these runs, so one answer serves all of them, and what was rendered
 * to be checked is what is written, unless somebody else's code runs in between. Outside of a pass (`chart.toJson()`,
 * `Testing.synth()`) nothing is remembered.
 */
export class SynthPass {
  /** The passes of the app that a construct belongs to. */
  public static of(construct: IConstruct): SynthPass {
    const { root } = construct.node;
    let pass = SynthPass.passes.get(root);
    if (!pass) {
      pass = new SynthPass(root);
      SynthPass.passes.set(root, pass);
      if (root instanceof App) {
        pass.surround(root, 'synth');
        pass.surround(root, 'synthYaml');
      }
    }
    return pass;
  }

  private static readonly passes = new WeakMap<IConstruct, SynthPass>();

  private running = false;
  private answer: string[] | undefined;
  /** Whether what is rendered is kept; worked out once in a pass. */
  private keeps: boolean | undefined;
  private readonly own = new Set<IValidation>();
  private readonly renderings = new WeakMap<ApiObject, Rendering>();
  private readonly kept = new Set<Rendering>();

  private constructor(private readonly root: IConstruct) {}

  /** Adds a validation of this library, which changes no construct. */
  public addValidation(construct: IConstruct, validate: () => string[]): void {
    const validation = { validate };
    this.own.add(validation);
    construct.node.addValidation(validation);
  }

  /** The check's answer, from this pass if it has run already. */
  public once(check: () => string[]): string[] {
    if (!this.running) return check();
    return this.answer ??= check();
  }

  /** An object as it renders itself, without what is put into it by `edit`. */
  public render(object: ApiObject): any {
    const rendering = this.renderingOf(object);
    if (rendering.kept !== undefined) return rendering.kept;
    const manifest = rendering.original();
    if (this.running && (this.keeps ??= this.nobodyElseChanges())) {
      rendering.kept = manifest;
      this.kept.add(rendering);
    }
    return manifest;
  }

  /** Has every later rendering of an object edited; what `render` returned in this pass is edited by the caller. */
  public edit(object: ApiObject, edit: (manifest: any) => void): void {
    this.renderingOf(object).edit = edit;
  }

  /**
   * Whether nothing runs between the check and the writing that may change an object: no validation of somebody else, no
   * chart with a toJson of its own. A node does not publish its validations: where ours are not seen, nobody's are.
   */
  private nobodyElseChanges(): boolean {
    let seen = 0;
    for (const construct of this.root.node.findAll()) {
      if (Chart.isChart(construct) && construct.toJson !== Chart.prototype.toJson) return false;
      for (const validation of (construct.node as unknown as { _validations?: readonly IValidation[] })._validations ?? []) {
        if (!this.own.has(validation)) return false;
        seen++;
      }
    }
    return seen === this.own.size;
  }

  private renderingOf(object: ApiObject): Rendering {
    const known = this.renderings.get(object);
    if (known) return known;
    const rendering: Rendering = { original: object.toJson.bind(object) };
    this.renderings.set(object, rendering);
    object.toJson = () => {
      const { kept } = rendering;
      if (kept !== undefined) {
        // Once: whoever has it may change it.
        rendering.kept = undefined;
        return kept;
      }
      const manifest = rendering.original();
      rendering.edit?.(manifest);
      return manifest;
    };
    return rendering;
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
        this.keeps = undefined;
        for (const rendering of this.kept) rendering.kept = undefined;
        this.kept.clear();
      }
    };
  }
}
