package io.quiver.vector.index.disk;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.ScanLimit;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.graph.CandidatePool;
import io.quiver.vector.index.graph.Passing;
import io.quiver.vector.index.graph.VisitedNodes;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.quantize.PackedQuery;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Finds candidates by their codes, in the graph or, where a filter lets few rows through, among all
 * of those; then reads the candidates in the order of their estimates, until the next one's
 * estimate, less what it may be wrong by, is beyond the k-th row.
 */
final class DiskSearcher implements VectorSearcher {
  /** So many codes are looked at in the time of one walk. */
  private static final int SCAN_MAX = 4_000;

  private static final int SCAN_BATCH = 256;

  /** To keep a larger part of all nodes is slower than to look at all codes that pass. */
  private static final int WALK_PART = 8;

  private static final int WIDER = 4;

  /** Rows that say where those that pass are. */
  private static final int SAMPLE = 128;

  /** Rows that pass and are so many times as far out as by chance are somewhere else. */
  private static final double FARTHER = 4;

  /**
   * Standard deviations that an estimate is trusted to be within, for each candidate kept: the
   * harder a search tries, the more it reads beside the k rows.
   */
  private static final double DEVIATIONS_OF_CANDIDATE = 1.0 / 200;

  /** Behind a filter, where more rows are about as far away. */
  private static final double DEVIATIONS_FILTERED = 1.5;

  private static final double DEVIATIONS_MAX = 2;

  /** Where all rows within a radius are asked for: one in 30,000 is beyond. */
  private static final double DEVIATIONS_RADIUS = 4;

  private final int scanMax = ScanLimit.rows(SCAN_MAX);
  private final int walkPart = ScanLimit.part(WALK_PART);
  private final IndexSpec.DiskAnn spec;
  private final DiskCodes codes;
  private final DiskLinks links;
  private final DiskBlocks blocks;
  private final EffortCurves efforts;
  private final VectorRows rows;

  private final DiskCodes.Point scratch;
  private final PackedQuery query;
  private final CandidatePool pool = new CandidatePool();
  private final CandidatePool passing = new CandidatePool();
  private final VisitedNodes visited;
  private final int[] fresh;
  private final float[] estimates;
  private final int[] linked;
  private final NearestRows nearest = new NearestRows();

  /** What the last {@link #rank} read. */
  private final Neighbors ranked = new Neighbors();

  private final int[] pieces;
  private final long[] offsets;
  private final MemorySegment[] buffers;
  private final double[] exact = new double[1];

  private double querySquared;

  /** Standard deviations that estimates are trusted to be within. */
  private double deviations;

  private String plan = "none";
  private long expanded;
  private long estimated;
  private long measured;
  private long reads;

  DiskSearcher(
      IndexSpec.DiskAnn spec,
      DiskCodes codes,
      DiskLinks links,
      DiskBlocks blocks,
      EffortCurves efforts) {
    this.spec = spec;
    this.codes = codes;
    this.links = links;
    this.blocks = blocks;
    this.efforts = efforts;
    rows = codes.space().rows();
    scratch = codes.scratch();
    query = codes.newQuery();
    visited = new VisitedNodes(rows.count());
    linked = new int[links.degree()];
    fresh = new int[Math.max(SCAN_BATCH, links.degree())];
    estimates = new float[fresh.length];
    pieces = new int[spec.beam()];
    offsets = new long[spec.beam()];
    buffers = new MemorySegment[spec.beam()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = Arena.ofAuto().allocate(blocks.pieceBytes(), 4096);
    }
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    into.clear();
    if (!begin(request)) {
      return;
    }
    deviations = deviations(request);
    nearest.reset(request.k(), request.radius());
    if (request.filter().count() <= scanMax || !searchGraph(request)) {
      plan = "codes";
      nearest.reset(request.k(), request.radius());
      scan(request);
      rank(request, passing);
    }
    nearest.drainTo(into);
  }

  @Override
  public NeighborIterator iterator(SearchRequest request) {
    if (!begin(request)) {
      return NeighborIterator.none();
    }
    boolean bounded = request.radius() != Double.POSITIVE_INFINITY;
    // What is read too early is due in a later batch.
    deviations = bounded ? DEVIATIONS_RADIUS : Math.max(DEVIATIONS_FILTERED, deviations(request));
    visited.clear();
    boolean scan = request.filter().count() <= scanMax;
    plan = scan ? "codes" : "graph";
    return new ContinuedDiskWalk(
        this, request, codes.space().absent(), scan ? new int[0] : links.entries());
  }

  /** Takes the query; returns false when no row has a distance to it. */
  private boolean begin(SearchRequest request) {
    request.checkFilter(rows.count());
    plan = "none";
    expanded = 0;
    estimated = 0;
    measured = 0;
    reads = 0;
    querySquared = codes.setQuery(request.query(), scratch, query);
    boolean undefined = querySquared == 0 && rows.metric() == Metric.COSINE;
    return !undefined && links.entries().length > 0;
  }

  int effort(SearchRequest request) {
    return efforts.effort(request, spec.efSearch());
  }

  /** Returns false when there may be rows that it did not find. */
  private boolean searchGraph(SearchRequest request) {
    RowFilter filter = request.filter();
    int wanted = Math.max(effort(request), request.k());
    boolean widened = false;
    double selectivity = (double) filter.count() / filter.rows();
    plan = "graph";
    // A filter may let through few of the rows near the query, whatever it lets through in all.
    for (long size = (long) wanted * filter.rows() / filter.count();
        size <= rows.count() / walkPart;
        size *= WIDER) {
      walk(request, (int) size);
      CandidatePool found = filter.isAll() ? pool : keepPassing(filter, wanted);
      boolean trusted = filter.isAll() || Passing.isAsExpected(pool, filter, size * selectivity);
      if (trusted && found.size() == wanted) {
        if (!widened && isElsewhere(request, found)) {
          widened = true;
          continue;
        }
        int ranked = rank(request, found);
        // Where all of them are within the radius, there may be more.
        boolean allWithin = ranked == found.size() && nearest.size() == ranked;
        return nearest.size() == request.k() || !allWithin;
      }
    }
    return false;
  }

  /**
   * Whether more rows than by chance are nearer than those that pass. By inner product these are
   * met late then, since most links lead to the longest rows.
   */
  private boolean isElsewhere(SearchRequest request, CandidatePool found) {
    RowFilter filter = request.filter();
    if (filter.isAll() || rows.metric() != Metric.NEGATIVE_INNER_PRODUCT) {
      return false;
    }
    int count = Math.min(SAMPLE, rows.count());
    for (int i = 0; i < count; i++) {
      fresh[i] = (int) ((long) i * rows.count() / count);
    }
    codes.estimate(fresh, count, query, estimates);
    estimated += count;
    int wanted = Math.min(request.k(), found.size());
    int nearer = 0;
    for (int i = 0; i < count; i++) {
      nearer += estimates[i] < found.distance(wanted - 1) ? 1 : 0;
    }
    return (double) nearer / count > FARTHER * wanted / filter.count();
  }

  private CandidatePool keepPassing(RowFilter filter, int max) {
    passing.clear(max);
    for (int i = 0; i < pool.size() && passing.size() < max; i++) {
      if (filter.passes(pool.node(i))) {
        passing.insert(pool.distance(i), pool.node(i));
      }
    }
    return passing;
  }

  /** Best first, by estimates alone. */
  private void walk(SearchRequest request, int size) {
    pool.clear(size);
    visited.clear();
    int[] entries = links.entries();
    offer(entries, Math.min(entries.length, estimates.length));
    int node;
    while ((node = pool.expandNext()) >= 0) {
      if ((++expanded & 63) == 0) {
        request.checkCancelled();
      }
      offer(linked, links.links(node, linked));
    }
  }

  private void offer(int[] nodes, int count) {
    int unseen = meet(nodes, count);
    for (int i = 0; i < unseen; i++) {
      pool.insert(estimates[i], fresh[i]);
    }
  }

  /** Estimates the nodes that were not met before; returns how many. */
  int meet(int[] nodes, int count) {
    int unseen = 0;
    for (int i = 0; i < count; i++) {
      if (visited.add(nodes[i])) {
        fresh[unseen++] = nodes[i];
      }
    }
    codes.estimate(fresh, unseen, query, estimates);
    estimated += unseen;
    return unseen;
  }

  /** Meets a node's neighbours; returns how many were not met before. */
  int expand(int node) {
    expanded++;
    return meet(linked, links.links(node, linked));
  }

  /** The node of this rank that was met last. */
  int met(int i) {
    return fresh[i];
  }

  float estimate(int i) {
    return estimates[i];
  }

  /** What {@link #rank} fills, and what it bounds its reading by. */
  NearestRows nearest() {
    return nearest;
  }

  Neighbors ranked() {
    return ranked;
  }

  /** Estimates all rows that pass, and keeps the nearest. */
  private void scan(SearchRequest request) {
    RowFilter filter = request.filter();
    boolean bounded = request.radius() != Double.POSITIVE_INFINITY;
    // Within a radius, and with few matches, any may have to be read.
    long most = bounded ? filter.count() : 4L * Math.max(effort(request), request.k());
    passing.clear((int) Math.max(1, Math.min(filter.count(), most)));
    int count = 0;
    for (int i = 0; i < (filter.rows() + 63) >>> 6; i++) {
      for (long word = filter.word(i); word != 0; word &= word - 1) {
        int row = 64 * i + Long.numberOfTrailingZeros(word);
        if (!codes.space().absent().get(row)) {
          fresh[count++] = row;
        }
        if (count == SCAN_BATCH) {
          request.checkCancelled();
          keep(count);
          count = 0;
        }
      }
    }
    keep(count);
  }

  private void keep(int count) {
    codes.estimate(fresh, count, query, estimates);
    estimated += count;
    for (int i = 0; i < count; i++) {
      passing.insert(estimates[i], fresh[i]);
    }
  }

  /** Reads candidates and ranks them; returns how many, from the first on. */
  int rank(SearchRequest request, CandidatePool candidates) {
    ranked.clear();
    int next = 0;
    boolean open = true;
    while (open && next < candidates.size()) {
      request.checkCancelled();
      int wave = 0;
      int first = next;
      // What is read before there are k rows is read in any case; beyond, the bound may spare it.
      int missing = request.k() - nearest.size();
      int most = missing > 0 ? Math.min(missing, pieces.length) : (pieces.length + 1) / 2;
      while (next < candidates.size()
          && (wave < most || pieceAt(candidates.node(next), wave) >= 0)) {
        if (!mayBelong(request, candidates, next)) {
          open = false;
          break;
        }
        wave = addPiece(candidates.node(next), wave);
        next++;
      }
      if (wave > 0) {
        blocks.read(pieces, wave, offsets, buffers);
        reads += (long) wave * blocks.readsOfPiece();
      }
      for (int i = first; i < next; i++) {
        measure(request, candidates.node(i), buffers[pieceAt(candidates.node(i), wave)]);
      }
    }
    return next;
  }

  private int addPiece(int row, int wave) {
    if (pieceAt(row, wave) >= 0) {
      return wave;
    }
    pieces[wave] = blocks.piece(row);
    return wave + 1;
  }

  private int pieceAt(int row, int wave) {
    int piece = blocks.piece(row);
    for (int i = 0; i < wave; i++) {
      if (pieces[i] == piece) {
        return i;
      }
    }
    return -1;
  }

  /** Whether a candidate may be among the rows wanted, as far as its estimate can be trusted. */
  private boolean mayBelong(SearchRequest request, CandidatePool candidates, int i) {
    if (nearest.size() < request.k() && request.radius() == Double.POSITIVE_INFINITY) {
      return true;
    }
    double limit = codes.space().squared(nearest.bound(), querySquared);
    double margin =
        2
            * deviations
            * codes.spread()
            * Math.sqrt((double) query.squared() * codes.squared(candidates.node(i)));
    // Of numbers so large that neither is one, nothing is known.
    return !(candidates.distance(i) - margin > limit);
  }

  private double deviations(SearchRequest request) {
    double least = request.filter().isAll() ? 0 : DEVIATIONS_FILTERED;
    return Math.clamp(DEVIATIONS_OF_CANDIDATE * effort(request), least, DEVIATIONS_MAX);
  }

  private void measure(SearchRequest request, int row, MemorySegment piece) {
    RowBlock block = blocks.row(row, piece);
    DistanceKernels.get(rows.encoding()).distances(rows.metric(), request.query(), block, 1, exact);
    measured++;
    ranked.add(row, exact[0]);
    nearest.offer(row, exact[0]);
  }

  @Override
  public SearchStatistics statistics() {
    return new SearchStatistics(plan, expanded, measured, estimated, reads);
  }
}
