/**
 * Finds the nearest of many vectors. This room knows plain memory; it has never heard of SQL, files
 * or transactions, and needs the JDK alone.
 *
 * <h2>The question</h2>
 *
 * Given n rows of d numbers, a query and a {@link io.quiver.vector.distance.Metric metric}, which k
 * rows are nearest, of those that a filter lets through? Computing all n distances answers it
 * exactly, at the speed of memory: {@link io.quiver.vector.index.flat}. Everything else here is
 * about computing fewer, and about computing them from less than the rows, at the price of now and
 * then missing a row. The part of the true k that is found is the recall; how hard a search tries
 * is its {@link io.quiver.vector.index.Effort effort}.
 *
 * <h2>Distances</h2>
 *
 * {@link io.quiver.vector.distance}: kernels over blocks of rows in native memory, for five {@link
 * io.quiver.vector.distance.Encoding encodings} and seven metrics, with the Vector API at the
 * {@link io.quiver.vector.distance.VectorWidth width} that pays, and scalar twins that define them.
 *
 * <h2>One space</h2>
 *
 * Lists and codes are about Euclidean geometry, so rows are first seen as {@link
 * io.quiver.vector.index.EuclideanRows points whose nearest by L2 are the nearest by the metric}:
 * normalised for cosine, with one dimension more for the inner product (Bachrach et al., RecSys
 * 2014).
 *
 * <h2>Codes</h2>
 *
 * {@link io.quiver.vector.quantize}: what stands for a vector while candidates are looked for.
 *
 * <ul>
 *   <li>A byte an element: {@link io.quiver.vector.quantize.ScalarQuantizer}.
 *   <li>A bit an element: after a random {@link io.quiver.vector.quantize.Rotation rotation} (Ailon
 *       and Chazelle, STOC 2006) the signs of a vector and two numbers estimate its distance
 *       without bias and with a known error: {@link io.quiver.vector.quantize.Rabitq} (Gao and
 *       Long, SIGMOD 2024); with more bits, {@link io.quiver.vector.quantize.PackedCodes} and
 *       {@link io.quiver.vector.quantize.ResidualCodes} (Gao et al., SIGMOD 2025).
 *   <li>A few bits for a part of the elements: {@link io.quiver.vector.quantize.ProductQuantizer}
 *       (Jégou et al., TPAMI 2011).
 * </ul>
 *
 * Codes of 32 rows are interleaved so that one table lookup in a register serves all of them:
 * FastScan (André et al., VLDB 2015).
 *
 * <h2>Indexes</h2>
 *
 * <ul>
 *   <li>{@link io.quiver.vector.index.flat}: every row, one after the other. Right for few rows,
 *       and what all others are measured against.
 *   <li>{@link io.quiver.vector.index.hnsw}: each row is linked with near rows in many directions,
 *       and a search walks greedily over the links; levels above shorten the way (Malkov and
 *       Yashunin, TPAMI 2018). The walk asks for nothing but distances, so this kind serves every
 *       metric that has a graph, bits too, and codes of a byte or a bit where memory is short.
 *   <li>{@link io.quiver.vector.index.fused}: the same walk where the speed of memory is the limit.
 *       A node's block holds its vector and the codes of all its neighbours, so that a step reads
 *       one block, estimates 32 distances at once, and computes a single one (Gou et al.,
 *       SymphonyQG, SIGMOD 2025). The fastest at high recall, for two to three times the rows'
 *       memory, from about 64 dimensions on.
 *   <li>{@link io.quiver.vector.index.ivf}: rows in lists around centroids, of which the nearest
 *       are scanned (Sivic and Zisserman, ICCV 2003). Quick to build, small with codes, and good
 *       where a search wants many rows.
 *   <li>{@link io.quiver.vector.index.disk}: links and codes in memory find candidates, which are
 *       read from disk (Subramanya et al., DiskANN, NeurIPS 2019). For rows that are larger than
 *       memory.
 *   <li>{@link io.quiver.vector.index.sparse}: inverted lists with bounds by block, for rows of few
 *       elements, by inner product and exactly (Ding and Suel, SIGIR 2011).
 * </ul>
 *
 * All dense kinds answer one {@link io.quiver.vector.index.SearchRequest}, by a {@link
 * io.quiver.vector.index.VectorSearcher} that belongs to one thread and keeps its memory. They owe
 * the same: as many rows as qualify, at most k; never a row that the filter drops, twice, or
 * without a distance. Where estimates fail, because squares are beyond a float or a graph is cut
 * off from what passes, rows are measured instead. {@link io.quiver.vector.Indexes} builds and
 * opens them; {@link io.quiver.vector.index.AutoChoice} chooses among them and says why. {@link
 * io.quiver.vector.index.GrowingIndex} takes rows in and out while others search.
 *
 * <h2>Filters</h2>
 *
 * A filter is a bitmap, and how many bits are set decides. Few: their distances are computed, which
 * is exact. Many: the index is searched as if there were none, a little harder, and what fails is
 * left out. Between, a graph walks over nodes that pass, two links at a time, with the best that
 * fail as bridges; where there are codes of all rows in a row, scanning those that pass is faster
 * still. Where an index returns fewer rows than there are, all that pass are scanned.
 *
 * <h2>Form</h2>
 *
 * An index writes itself into memory that its owner maps, sends or stores: {@link
 * io.quiver.vector.index.IndexForm} has the header, the table and the checksums, and the class that
 * writes a section specifies its bytes. Kernels check nothing, so whatever they follow, as links,
 * rows and lengths, is checked when a form is opened, and a form that is not sound is refused.
 *
 * <h2>Quality</h2>
 *
 * {@link io.quiver.vector.index.recall} measures what an index finds when it is built, so that a
 * search may ask for a recall and not an effort, and samples real searches afterwards to see it
 * decay.
 *
 * <h2>Other processors</h2>
 *
 * {@link io.quiver.vector.device} is the seam that a GPU fits into.
 */
@NullMarked
package io.quiver.vector;

import org.jspecify.annotations.NullMarked;
