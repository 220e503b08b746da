import { ApiObject, type ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';

/** An object without a namespace, also in a chart that has one: cdk8s would give it the chart's. */
export class ClusterScopedObject extends ApiObject {
  constructor(scope: Construct, id: string, props: ApiObjectProps) {
    super(scope, id, props);
  }

  public toJson(): any {
    const object = super.toJson();
    delete object.metadata.namespace;
    return object;
  }
}
