import { refuseQuantity } from './quantity';
import { refuseLabelName, refuseObjectName } from './refuse-names';

/** A volume of a SandboxedPod. Throws where its name, or that of the object that it shows, is none that Kubernetes takes. */
export class PodVolume {
  /**
   * A folder that lives as long as the Pod.
   *
   * @param name name of the volume
   * @param sizeLimit size as a Kubernetes quantity, e.g. `64Mi`
   */
  public static emptyDir(name: string, sizeLimit?: string): PodVolume {
    refuseQuantity(`sizeLimit of the volume "${name}"`, sizeLimit, '64Mi');
    return new PodVolume(name, { emptyDir: sizeLimit === undefined ? {} : { sizeLimit } });
  }

  /**
   * The keys of a ConfigMap as files.
   *
   * @param name name of the volume
   * @param configMapName name of the ConfigMap
   */
  public static configMap(name: string, configMapName: string): PodVolume {
    refuseObjectName(`the ConfigMap of the volume "${name}"`, configMapName);
    return new PodVolume(name, { configMap: { name: configMapName } });
  }

  /**
   * The keys of a Secret as files.
   *
   * @param name name of the volume
   * @param secretName name of the Secret
   */
  public static secret(name: string, secretName: string): PodVolume {
    refuseObjectName(`the Secret of the volume "${name}"`, secretName);
    return new PodVolume(name, { secret: { secretName } });
  }

  /**
   * A PersistentVolumeClaim.
   *
   * @param name name of the volume
   * @param claimName name of the claim
   */
  public static persistentVolumeClaim(name: string, claimName: string): PodVolume {
    refuseObjectName(`the PersistentVolumeClaim of the volume "${name}"`, claimName);
    return new PodVolume(name, { persistentVolumeClaim: { claimName } });
  }

  private constructor(
    /** Name of the volume, as volume mounts use it. */
    public readonly name: string,
    private readonly source: object,
  ) {
    refuseLabelName('the name of a volume', name);
  }

  /** @internal */
  public _manifest(): object {
    return { name: this.name, ...this.source };
  }
}
