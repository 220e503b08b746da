import { ApiObject, type ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';

/** An object without a namespace, also in a chart that has one: cdk8s would give it the chart's. */
export class ClusterScopedObject extends ApiObject {
  /** cdk8s answers `instanceof` for its classes and ours alike: each ApiObject would be one. */
  public static isOne(object: ApiObject): boolean {
    return object.constructor === ClusterScopedObject;
  }

  constructor(scope: Construct, id: string, props: ApiObjectProps) {
    super(scope, id, props);
  }

  public toJson(): any {
    const object = super.toJson();
    delete object.metadata.namespace;
    return object;
  }
}
