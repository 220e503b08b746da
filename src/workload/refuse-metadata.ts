import type { ApiObjectMetadata } from 'cdk8s';
import { refuseLabelName, refuseObjectName } from './refuse-names';
import { isResolvedLater, OBJECT, requireKinds, shown } from '../runtime/given';
import { isLabelKey, refuseLabels } from '../runtime/label-syntax';

/** Of all annotations of an object. @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go (TotalAnnotationSizeLimitB) */
const ANNOTATIONS_LIMIT = 2 ** 18;

/** Refuses metadata that no object of Kubernetes can have. */
export function refuseMetadata(where: string, metadata: ApiObjectMetadata): void {
  const { name, namespace, labels, annotations = {} } = metadata;
  requireKinds(where, { 'metadata.labels': labels, 'metadata.annotations': annotations }, { 'metadata.labels': OBJECT, 'metadata.annotations': OBJECT });
  if (name !== undefined) refuseObjectName(`metadata.name of ${where}`, name);
  if (namespace !== undefined) refuseLabelName(`metadata.namespace of ${where}`, namespace);
  refuseLabels(`metadata.labels of ${where}`, labels);
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    // Unlike that of a label, a prefix may have capitals.
    if (!isLabelKey(key.toLowerCase())) {
      throw new Error(`metadata.annotations of ${where} has the key "${key}", which no annotation can have; write one such as "example.com/owner"`);
    }
    if (value === undefined || isResolvedLater(value)) continue;
    if (typeof value !== 'string') throw new Error(`metadata.annotations of ${where} has ${shown(value)} for "${key}"; an annotation is text, such as "true"`);
    size += Buffer.byteLength(key + value);
  }
  if (size > ANNOTATIONS_LIMIT) throw new Error(`metadata.annotations of ${where} have ${size} bytes; all of them together may have ${ANNOTATIONS_LIMIT}`);
}
