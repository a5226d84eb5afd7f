/**
 * What all indexes over vectors share: the space that is searched, requests and results, filters,
 * parameters, building, and the written form.
 */
@NullMarked
package io.quiver.vector.index;

import org.jspecify.annotations.NullMarked;
