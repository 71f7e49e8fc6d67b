--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: silo_require(boolean, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.silo_require(holds boolean, what text, written text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT coalesce(holds, false) THEN
        RAISE EXCEPTION USING ERRCODE = 'SL001', MESSAGE = what || chr(10) || coalesce(written, '');
    END IF;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: __EFMigrationsHistory; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL
);


--
-- Name: accounts_addresses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts_addresses (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    link_man text NOT NULL,
    mobile text NOT NULL,
    province_id text NOT NULL,
    city_id text NOT NULL,
    district_id text NOT NULL,
    street_id text NOT NULL,
    province_name text NOT NULL,
    city_name text NOT NULL,
    district_name text NOT NULL,
    street_name text NOT NULL,
    detail text NOT NULL,
    post_code text NOT NULL,
    latitude double precision,
    longitude double precision,
    disabled boolean NOT NULL,
    is_default boolean NOT NULL,
    extra_json text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL,
    deleted_at bigint NOT NULL
);


--
-- Name: accounts_attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts_attempts (
    key text NOT NULL,
    count integer NOT NULL,
    since bigint NOT NULL
);


--
-- Name: accounts_operators; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts_operators (
    id bigint NOT NULL,
    user_name text NOT NULL,
    normalised_name text NOT NULL,
    password_hash text NOT NULL,
    role integer NOT NULL,
    disabled boolean NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: accounts_revocations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts_revocations (
    id bigint NOT NULL,
    at bigint NOT NULL,
    owner_kind integer NOT NULL,
    owner_id bigint NOT NULL
);


--
-- Name: accounts_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts_tokens (
    hash bytea NOT NULL,
    owner_kind integer NOT NULL,
    owner_id bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    device_id text NOT NULL,
    device_name text NOT NULL
);


--
-- Name: accounts_users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts_users (
    id bigint NOT NULL,
    user_name text NOT NULL,
    normalised_name text NOT NULL,
    password_hash text NOT NULL,
    nick text NOT NULL,
    avatar_url text NOT NULL,
    gender integer NOT NULL,
    birthday text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    referrer_id bigint NOT NULL,
    extra_json text NOT NULL,
    disabled boolean NOT NULL,
    created_at bigint NOT NULL,
    registered_address text NOT NULL,
    last_login_at bigint NOT NULL,
    last_login_address text NOT NULL,
    addresses_version integer NOT NULL,
    deleted_at bigint NOT NULL
);


--
-- Name: bargains_bargains; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bargains_bargains (
    id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    initiator_id bigint NOT NULL,
    goods_id bigint NOT NULL,
    rule_version integer NOT NULL,
    start_cents bigint NOT NULL,
    floor_cents bigint NOT NULL,
    started_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    price_cents bigint NOT NULL,
    helps bigint NOT NULL,
    updated_at bigint NOT NULL,
    cleared_at bigint NOT NULL,
    request_id text NOT NULL
);


--
-- Name: bargains_campaigns; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bargains_campaigns (
    id bigint NOT NULL,
    version integer NOT NULL,
    goods_id bigint NOT NULL,
    start_cents bigint NOT NULL,
    floor_cents bigint NOT NULL,
    cut_min_cents bigint NOT NULL,
    cut_max_cents bigint NOT NULL,
    helpers_to_floor integer NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    latest_ends_at bigint NOT NULL,
    duration_minutes integer NOT NULL,
    starts_per_user integer NOT NULL,
    helps_per_user integer NOT NULL,
    enabled boolean NOT NULL,
    ended_at bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: bargains_helpers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bargains_helpers (
    id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    helper_id bigint NOT NULL
);


--
-- Name: bargains_helps; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bargains_helps (
    bargain_id bigint NOT NULL,
    helper_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    initiator_id bigint NOT NULL,
    ordinal bigint NOT NULL,
    cut_cents bigint NOT NULL,
    price_cents bigint NOT NULL,
    remark text NOT NULL,
    at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: bargains_orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bargains_orders (
    order_id bigint NOT NULL,
    bargain_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    initiator_id bigint NOT NULL,
    goods_id bigint NOT NULL,
    price_cents bigint NOT NULL,
    rule_version integer NOT NULL,
    state smallint NOT NULL,
    reserved_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: bargains_stocks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bargains_stocks (
    campaign_id bigint NOT NULL,
    total bigint NOT NULL,
    reserved bigint NOT NULL,
    sold bigint NOT NULL,
    CONSTRAINT ck_bargains_stocks CHECK (((reserved >= 0) AND (sold >= 0) AND ((reserved + sold) <= total)))
);


--
-- Name: catalog_categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_categories (
    id bigint NOT NULL,
    parent_id bigint NOT NULL,
    level integer NOT NULL,
    sort integer NOT NULL,
    enabled boolean NOT NULL,
    version integer NOT NULL,
    terms text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: catalog_counters; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_counters (
    goods_id bigint NOT NULL,
    orders bigint NOT NULL,
    sold bigint NOT NULL,
    favourites bigint NOT NULL,
    reviews bigint NOT NULL,
    good_reviews bigint NOT NULL
);


--
-- Name: catalog_favourites; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_favourites (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    type integer NOT NULL,
    goods_id bigint NOT NULL,
    extra_json text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: catalog_freights; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_freights (
    id bigint NOT NULL,
    version integer NOT NULL,
    terms text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: catalog_goods; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_goods (
    id bigint NOT NULL,
    category_id bigint NOT NULL,
    store_id bigint NOT NULL,
    freight_id bigint NOT NULL,
    sort integer NOT NULL,
    search_name text NOT NULL,
    search_tags text NOT NULL,
    bar_code text NOT NULL,
    recommended boolean NOT NULL,
    hidden boolean NOT NULL,
    bargain boolean NOT NULL,
    group_buy boolean NOT NULL,
    flash_sale boolean NOT NULL,
    published boolean NOT NULL,
    off_sale_when_empty boolean NOT NULL,
    price_cents bigint NOT NULL,
    original_cents bigint NOT NULL,
    points bigint NOT NULL,
    group_cents bigint NOT NULL,
    bargain_cents bigint NOT NULL,
    property_ids text NOT NULL,
    version integer NOT NULL,
    terms text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: catalog_levels; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_levels (
    id bigint NOT NULL,
    name text NOT NULL,
    rebate integer NOT NULL,
    number integer NOT NULL,
    sort integer NOT NULL,
    version integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: catalog_member_prices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_member_prices (
    sku_id bigint NOT NULL,
    level_id bigint NOT NULL,
    goods_id bigint NOT NULL,
    price_cents bigint NOT NULL
);


--
-- Name: catalog_members; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_members (
    user_id bigint NOT NULL,
    level_id bigint NOT NULL,
    since bigint NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: catalog_parts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_parts (
    goods_id bigint NOT NULL,
    parts text NOT NULL
);


--
-- Name: catalog_properties; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_properties (
    id bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    sort integer NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: catalog_property_values; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_property_values (
    id bigint NOT NULL,
    property_id bigint NOT NULL,
    name text NOT NULL,
    sort integer NOT NULL,
    remark text NOT NULL
);


--
-- Name: catalog_reviews; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_reviews (
    id bigint NOT NULL,
    goods_id bigint NOT NULL,
    goods_name text NOT NULL,
    picture text NOT NULL,
    property text NOT NULL,
    amount_cents bigint NOT NULL,
    number bigint NOT NULL,
    order_id bigint NOT NULL,
    points bigint NOT NULL,
    rating integer NOT NULL,
    remark text NOT NULL,
    reply text NOT NULL,
    hidden boolean NOT NULL,
    pictures text NOT NULL,
    user_id bigint NOT NULL,
    nick text NOT NULL,
    avatar text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: catalog_search; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_search (
    goods_id bigint NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    tokens text NOT NULL
);


--
-- Name: catalog_sequences; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_sequences (
    name text NOT NULL,
    next bigint NOT NULL
);


--
-- Name: catalog_skus; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_skus (
    id bigint NOT NULL,
    goods_id bigint NOT NULL,
    pairs text NOT NULL,
    sort integer NOT NULL,
    price_cents bigint NOT NULL,
    original_cents bigint NOT NULL,
    points bigint NOT NULL,
    group_cents bigint NOT NULL,
    bargain_cents bigint NOT NULL,
    picture text NOT NULL,
    code text NOT NULL,
    weight_grams bigint NOT NULL
);


--
-- Name: catalog_stock_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_stock_changes (
    id bigint NOT NULL,
    goods_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    before bigint NOT NULL,
    after bigint NOT NULL,
    operator_id bigint NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: catalog_stocks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_stocks (
    sku_id bigint NOT NULL,
    goods_id bigint NOT NULL,
    stock bigint NOT NULL,
    CONSTRAINT ck_catalog_stock CHECK ((stock >= 0))
);


--
-- Name: catalog_stores; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_stores (
    id bigint NOT NULL,
    sort integer NOT NULL,
    open boolean NOT NULL,
    version integer NOT NULL,
    terms text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: catalog_views; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalog_views (
    goods_id bigint NOT NULL,
    views bigint NOT NULL
);


--
-- Name: comments_comments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.comments_comments (
    id bigint NOT NULL,
    kind integer NOT NULL,
    status integer NOT NULL,
    ref_id bigint NOT NULL,
    parent_id bigint NOT NULL,
    user_id bigint NOT NULL,
    content text NOT NULL,
    search_content text NOT NULL,
    pictures text NOT NULL,
    file_name text NOT NULL,
    mobile text NOT NULL,
    extra_json text NOT NULL,
    shop_id bigint NOT NULL,
    created_at bigint NOT NULL,
    reply text NOT NULL,
    replied_at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: content_article_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_article_tags (
    article_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    place integer NOT NULL
);


--
-- Name: content_articles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_articles (
    id bigint NOT NULL,
    category_id bigint NOT NULL,
    picture_url text NOT NULL,
    summary text NOT NULL,
    keywords text NOT NULL,
    search_keywords text NOT NULL,
    author text NOT NULL,
    source text NOT NULL,
    recommended boolean NOT NULL,
    views bigint NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    sort integer NOT NULL
);


--
-- Name: content_banners; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_banners (
    id bigint NOT NULL,
    type text NOT NULL,
    picture_url text NOT NULL,
    link_type integer NOT NULL,
    link_url text NOT NULL,
    app_id text NOT NULL,
    business_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    remark text NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    sort integer NOT NULL
);


--
-- Name: content_categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_categories (
    id bigint NOT NULL,
    parent_id bigint NOT NULL,
    type text NOT NULL,
    key text NOT NULL,
    icon_url text NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    sort integer NOT NULL
);


--
-- Name: content_notices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_notices (
    id bigint NOT NULL,
    type text NOT NULL,
    user_id bigint NOT NULL,
    remind boolean NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL
);


--
-- Name: content_pages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_pages (
    id bigint NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL
);


--
-- Name: content_partners; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_partners (
    id bigint NOT NULL,
    type text NOT NULL,
    logo_url text NOT NULL,
    url text NOT NULL,
    remark text NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    sort integer NOT NULL
);


--
-- Name: content_settings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_settings (
    id bigint NOT NULL,
    value text NOT NULL,
    remark text NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL
);


--
-- Name: content_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_tags (
    id bigint NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    sort integer NOT NULL
);


--
-- Name: content_texts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_texts (
    id bigint NOT NULL,
    html text NOT NULL
);


--
-- Name: content_videos; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.content_videos (
    id bigint NOT NULL,
    key text NOT NULL,
    cover_url text NOT NULL,
    duration_seconds integer NOT NULL,
    fluent_url text NOT NULL,
    low_url text NOT NULL,
    standard_url text NOT NULL,
    high_url text NOT NULL,
    version integer NOT NULL,
    published boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL
);


--
-- Name: coupons_allocations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_allocations (
    id bigint NOT NULL,
    coupon_id bigint NOT NULL,
    quantity bigint NOT NULL,
    at bigint NOT NULL
);


--
-- Name: coupons_cards; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_cards (
    number text NOT NULL,
    hash bytea NOT NULL,
    coupon_id bigint NOT NULL,
    imported_at bigint NOT NULL,
    user_id bigint NOT NULL,
    user_coupon_id bigint NOT NULL
);


--
-- Name: coupons_coupons; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_coupons (
    id bigint NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL,
    type text NOT NULL,
    ref_id bigint NOT NULL,
    password text NOT NULL,
    enabled boolean NOT NULL,
    hidden boolean NOT NULL,
    claimable_from bigint NOT NULL,
    claimable_until bigint NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: coupons_marks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_marks (
    user_coupon_id bigint NOT NULL,
    coupon_id bigint NOT NULL,
    mark smallint NOT NULL,
    subject_id bigint NOT NULL,
    at bigint NOT NULL
);


--
-- Name: coupons_terms; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_terms (
    coupon_id bigint NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    is_percent boolean NOT NULL,
    amount_cents bigint NOT NULL,
    threshold_cents bigint NOT NULL,
    usable_after_days integer NOT NULL,
    usable_from bigint NOT NULL,
    usable_days integer NOT NULL,
    valid_until bigint NOT NULL,
    targets text NOT NULL,
    ref_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    freight_only boolean NOT NULL
);


--
-- Name: coupons_user_coupons; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_user_coupons (
    id bigint NOT NULL,
    coupon_id bigint NOT NULL,
    version integer NOT NULL,
    user_id bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL,
    claimed_at bigint NOT NULL,
    origin smallint NOT NULL,
    drawn_cents bigint,
    ordinal bigint NOT NULL
);


--
-- Name: files_files; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.files_files (
    id bigint NOT NULL,
    name text NOT NULL,
    user_id bigint NOT NULL,
    shown_name text NOT NULL,
    search_name text NOT NULL,
    kind integer NOT NULL,
    size bigint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: files_usage; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.files_usage (
    user_id bigint NOT NULL,
    bytes bigint NOT NULL
);


--
-- Name: groupbuys_campaigns; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.groupbuys_campaigns (
    id bigint NOT NULL,
    goods_id bigint NOT NULL,
    version integer NOT NULL,
    enabled boolean NOT NULL,
    is_over boolean NOT NULL,
    open_until bigint NOT NULL,
    terms text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: groupbuys_groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.groupbuys_groups (
    id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    goods_id bigint NOT NULL,
    opener_id bigint NOT NULL,
    reusable boolean NOT NULL,
    status smallint NOT NULL,
    published boolean NOT NULL,
    ends_at bigint NOT NULL
);


--
-- Name: groupbuys_seats; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.groupbuys_seats (
    order_id bigint NOT NULL,
    group_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    user_id bigint NOT NULL,
    status smallint NOT NULL,
    reserved_at bigint NOT NULL,
    reserved_until bigint NOT NULL,
    taken_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: groupbuys_users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.groupbuys_users (
    campaign_id bigint NOT NULL,
    user_id bigint NOT NULL,
    counted_at bigint NOT NULL
);


--
-- Name: lotteries_addresses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_addresses (
    draw_id bigint NOT NULL,
    ordinal integer NOT NULL,
    link_man text NOT NULL,
    mobile text NOT NULL,
    region text NOT NULL,
    detail text NOT NULL,
    post_code text NOT NULL,
    at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: lotteries_deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_deliveries (
    draw_id bigint NOT NULL,
    lottery_id bigint NOT NULL,
    address text NOT NULL,
    carrier text NOT NULL,
    tracking_number text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: lotteries_draws; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_draws (
    id bigint NOT NULL,
    lottery_id bigint NOT NULL,
    "position" bigint NOT NULL,
    rule_version integer NOT NULL,
    user_id bigint NOT NULL,
    ordinal integer NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL,
    at bigint NOT NULL,
    prize_id bigint NOT NULL,
    prize_ordinal bigint NOT NULL,
    user_coupon_id bigint NOT NULL,
    is_goods boolean NOT NULL
);


--
-- Name: lotteries_goods_prizes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_goods_prizes (
    prize_id bigint NOT NULL,
    lottery_id bigint NOT NULL,
    goods_id bigint NOT NULL,
    is_offered boolean NOT NULL
);


--
-- Name: lotteries_lotteries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_lotteries (
    id bigint NOT NULL,
    title text NOT NULL,
    search_title text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: lotteries_rules; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_rules (
    lottery_id bigint NOT NULL,
    version integer NOT NULL,
    first_position bigint NOT NULL,
    is_deck boolean NOT NULL,
    prizes text NOT NULL
);


--
-- Name: lotteries_settled; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lotteries_settled (
    allocation_id bigint NOT NULL,
    lottery_id bigint NOT NULL
);


--
-- Name: orleansquery; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orleansquery (
    querykey character varying(64) NOT NULL,
    querytext text NOT NULL
);


--
-- Name: orleansstorage; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orleansstorage (
    grainidhash integer NOT NULL,
    grainidn0 bigint NOT NULL,
    grainidn1 bigint NOT NULL,
    graintypehash integer NOT NULL,
    graintypestring character varying(512) NOT NULL,
    grainidextensionstring character varying(512),
    serviceid character varying(150) NOT NULL,
    payloadbinary bytea,
    modifiedon timestamp without time zone NOT NULL,
    version integer
)
WITH (fillfactor='50');


--
-- Name: points_card_moves; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.points_card_moves (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    reason smallint NOT NULL,
    change integer NOT NULL,
    cards_after integer NOT NULL,
    at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: points_grants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.points_grants (
    event integer NOT NULL,
    reference text NOT NULL,
    user_id bigint NOT NULL,
    points bigint NOT NULL,
    amount_cents bigint NOT NULL,
    taken_points bigint NOT NULL,
    at bigint NOT NULL
);


--
-- Name: points_rules; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.points_rules (
    id bigint NOT NULL,
    event integer NOT NULL,
    threshold_cents bigint NOT NULL,
    points bigint NOT NULL,
    daily_limit integer NOT NULL,
    disabled boolean NOT NULL,
    version integer NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: points_sign_in_terms; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.points_sign_in_terms (
    id integer NOT NULL,
    version integer NOT NULL,
    terms text NOT NULL
);


--
-- Name: points_sign_ins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.points_sign_ins (
    user_id bigint NOT NULL,
    day integer NOT NULL,
    at bigint NOT NULL,
    streak integer NOT NULL,
    points bigint NOT NULL,
    made_up boolean NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: points_vouchers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.points_vouchers (
    id bigint NOT NULL,
    batch_id bigint NOT NULL,
    number text NOT NULL,
    points bigint NOT NULL,
    expires_at bigint NOT NULL,
    user_id bigint NOT NULL,
    used_at bigint NOT NULL,
    voided_at bigint NOT NULL,
    remark text NOT NULL,
    created_at bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: silo_audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    operator_id bigint NOT NULL,
    rpc text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    before text,
    after text NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL
);


--
-- Name: silo_cache_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_cache_changes (
    transaction_id bigint NOT NULL,
    tag text NOT NULL,
    key bigint NOT NULL
);


--
-- Name: silo_cache_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_cache_tags (
    tag text NOT NULL,
    version bigint NOT NULL
);


--
-- Name: silo_id_slots; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_id_slots (
    slot integer NOT NULL,
    owner text NOT NULL,
    horizon bigint NOT NULL
);


--
-- Name: silo_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_requests (
    scope text NOT NULL,
    caller_id bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL,
    answer bigint NOT NULL,
    at bigint NOT NULL
);


--
-- Name: silo_work; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_work (
    kind text NOT NULL,
    key text NOT NULL,
    due_at bigint NOT NULL,
    attempt integer NOT NULL,
    lease_until bigint NOT NULL,
    owner text NOT NULL,
    parked boolean NOT NULL,
    payload text NOT NULL,
    last_error text NOT NULL
);


--
-- Name: wallets_checkpoints; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wallets_checkpoints (
    account smallint NOT NULL,
    before_id bigint NOT NULL,
    amount bigint NOT NULL
);


--
-- Name: wallets_entries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wallets_entries (
    transaction_id bigint NOT NULL,
    line integer NOT NULL,
    user_id bigint NOT NULL,
    account smallint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint,
    sequence bigint
);


--
-- Name: wallets_transactions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wallets_transactions (
    id bigint NOT NULL,
    kind smallint NOT NULL,
    reference text NOT NULL,
    remark text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: wallets_wallets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wallets_wallets (
    user_id bigint NOT NULL,
    balance bigint NOT NULL,
    frozen bigint NOT NULL,
    commission bigint NOT NULL,
    balance_debt bigint NOT NULL,
    points bigint NOT NULL,
    points_debt bigint NOT NULL,
    points_received bigint NOT NULL,
    entries bigint NOT NULL,
    CONSTRAINT ck_wallets_bounds CHECK ((((balance >= 0) AND (balance <= '9007199254740991'::bigint)) AND ((frozen >= 0) AND (frozen <= '9007199254740991'::bigint)) AND ((commission >= 0) AND (commission <= '9007199254740991'::bigint)) AND ((balance_debt >= '-9007199254740991'::bigint) AND (balance_debt <= 0)) AND ((points >= 0) AND (points <= '9007199254740991'::bigint)) AND ((points_debt >= '-9007199254740991'::bigint) AND (points_debt <= 0)) AND (points_received >= 0)))
);


--
-- Data for Name: __EFMigrationsHistory; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public."__EFMigrationsHistory" VALUES ('20261130103513_Initial', '10.0.15');


--
-- Data for Name: accounts_addresses; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: accounts_attempts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: accounts_operators; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts_operators VALUES (915331073703936, 'test-owner', 'test-owner', 'AQAAAAIAAAPoAAAAEI9W6JYS/9gozaiW1lPG6EOmKsxwiFZZbpk3TTocBCDqsvSIJYFx/Vd0EsxvxUIfcQ==', 4, false, 1796068734508);


--
-- Data for Name: accounts_revocations; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: accounts_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts_tokens VALUES ('\x294d65bd3e7233205fe8e50bd75892aca5dfdba038aedad3f36ff9dbcfa53d32', 2, 915331073703936, 1796068735506, 4102444800000, '', '');
INSERT INTO public.accounts_tokens VALUES ('\xa1e9b869cd840dcabc761607b8cc5df839ef2b8c6702d4a3e71a14c818da65d3', 1, 915331077898242, 1796068735845, 4102444800000, '', '');


--
-- Data for Name: accounts_users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts_users VALUES (915331077898242, 'fixture-user', 'fixture-user', 'AQAAAAIAAAPoAAAAEJiLvBaOVZKPS3LIU+E5kjnTLbkdseQjAcvZyq3HIM84+d7EzkYaabOzQCVCEeaktw==', '', '', 0, '', '', '', 0, '', false, 1796068735845, '127.0.0.1', 1796068735845, '127.0.0.1', 0, 0);


--
-- Data for Name: bargains_bargains; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: bargains_campaigns; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: bargains_helpers; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: bargains_helps; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: bargains_orders; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: bargains_stocks; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_categories; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_counters; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_favourites; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_freights; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_goods; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_levels; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_member_prices; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_members; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_parts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_properties; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_property_values; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_reviews; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_search; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_sequences; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_skus; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_stock_changes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_stocks; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_stores; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: catalog_views; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: comments_comments; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_article_tags; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_articles; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_banners; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_categories; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_notices; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_pages; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_partners; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_settings; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_tags; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_texts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: content_videos; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: coupons_allocations; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: coupons_cards; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: coupons_coupons; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.coupons_coupons VALUES (915331077898240, 1, 'Ten off', 'ten off', '', 0, '', true, false, 1577836800000, 4102444800000, 1796068735737);


--
-- Data for Name: coupons_marks; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: coupons_terms; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.coupons_terms VALUES (915331077898240, 1, 'Ten off', '', false, 1000, 0, 0, 0, 0, 4102444800000, '', 0, 0, false);


--
-- Data for Name: coupons_user_coupons; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.coupons_user_coupons VALUES (915331077898243, 915331077898240, 1, 915331077898242, 'first', -4237492649043736498, 1796068735883, 1, NULL, 0);
INSERT INTO public.coupons_user_coupons VALUES (915331077898244, 915331077898240, 1, 915331077898242, 'second', -4237492649043736498, 1796068735900, 1, NULL, 1);


--
-- Data for Name: files_files; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: files_usage; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: groupbuys_campaigns; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: groupbuys_groups; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: groupbuys_seats; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: groupbuys_users; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_addresses; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_deliveries; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_draws; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_goods_prizes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_lotteries; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_rules; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: lotteries_settled; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: orleansquery; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orleansquery VALUES ('WriteToStorageKey', '
    WITH written AS (
        INSERT INTO orleansstorage AS s (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring,
            grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
        VALUES (@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
            @GrainIdExtensionString, @ServiceId, @PayloadBinary, now() at time zone ''utc'',
            coalesce(@GrainStateVersion::integer, 0) + 1)
        ON CONFLICT (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''''))
        DO UPDATE SET payloadbinary = excluded.payloadbinary, modifiedon = excluded.modifiedon,
            version = excluded.version
        WHERE s.version + 1 = excluded.version
        RETURNING s.version)
    SELECT coalesce((SELECT version FROM written), @GrainStateVersion::integer) AS newgrainstateversion');
INSERT INTO public.orleansquery VALUES ('ReadFromStorageKey', '
    SELECT payloadbinary, now() at time zone ''utc'' AS modifiedon, version
    FROM orleansstorage
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
        AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND graintypestring = @GrainTypeString
        AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString::varchar, '''')
        AND serviceid = @ServiceId');
INSERT INTO public.orleansquery VALUES ('ClearStorageKey', '
    UPDATE orleansstorage SET payloadbinary = NULL, version = version + 1
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
        AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND graintypestring = @GrainTypeString
        AND coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString::varchar, '''')
        AND serviceid = @ServiceId AND version = @GrainStateVersion
    RETURNING version AS newgrainstateversion');


--
-- Data for Name: orleansstorage; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orleansstorage VALUES (-1785566129, 0, 915331077898240, -334214828, 'silo.coupons.coupon', NULL, 'silo', '\x20e8000521e8400f54656e206f6666410101421f0101012901090120007433afb7014000d8c32cbb0301010101010101010101c10b010101010101010101013101af3203ec73526561644f6e6c794c697374496e74657266616365436f64656360315b5b73696c6f2e636f75706f6e732e436f75706f6e5461726765745d5de0010101010101e001030109010501a07cfd0417d101a07cfd0417d10101e0', '2026-11-30 19:58:55.901204', 3);


--
-- Data for Name: points_card_moves; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: points_grants; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: points_rules; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: points_sign_in_terms; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: points_sign_ins; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: points_vouchers; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: silo_audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.silo_audit VALUES (915331077898241, 1796068735737, 915331073703936, 'silo.coupons.v1.CouponsAdminService/CreateCoupon', 'coupon:915331077898240', '', NULL, '{"Id":915331077898240,"State":{"Version":1,"Terms":{"Name":"Ten off","Type":"","AmountCents":1000,"ThresholdCents":0,"StockTotal":10,"LimitPerUser":2,"ClaimableFrom":1577836800000,"ClaimableUntil":4102444800000,"Hidden":false,"IsPercent":false,"AmountMaxCents":0,"PointsCost":0,"PriceCents":0,"Password":"","StreakDays":0,"UsableAfterDays":0,"UsableFrom":0,"UsableDays":0,"UsableUntil":0,"Targets":[],"RefId":0,"ShopId":0,"FreightOnly":false,"IsDrawn":false},"Enabled":true,"Claimed":0,"Claimants":0,"CreatedAt":1796068735737,"UpdatedAt":1796068735737,"Allocated":0,"Exists":true,"StockLeft":10},"Count":0}', ' 3407d1fc00001', -7290951744896123520);


--
-- Data for Name: silo_cache_changes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: silo_cache_tags; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: silo_id_slots; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.silo_id_slots VALUES (0, 'f2e6338c4b484b45a1b9a064dbce84d9', 218231964);


--
-- Data for Name: silo_requests; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: silo_work; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.silo_work VALUES ('files.begin-cleaning', 'recurring', 33332068735258, 0, 0, '5c97f4d9445c4ba9bff17294fe748d3a', false, '{}', '');

INSERT INTO public.silo_work VALUES ('accounts.purge', 'recurring', 1796072335364, 0, 0, '5c97f4d9445c4ba9bff17294fe748d3a', false, '{}', '');
INSERT INTO public.silo_work VALUES ('files.expire', 'recurring', 1796069335368, 0, 0, '5c97f4d9445c4ba9bff17294fe748d3a', false, '{}', '');
INSERT INTO public.silo_work VALUES ('storage.purge_requests', 'recurring', 1796072335372, 0, 0, '5c97f4d9445c4ba9bff17294fe748d3a', false, '{}', '');
INSERT INTO public.silo_work VALUES ('wallets.checkpoint', 'recurring', 1796072335383, 0, 0, '5c97f4d9445c4ba9bff17294fe748d3a', false, '{}', '');
INSERT INTO public.silo_work VALUES ('points.registered', '915331077898242', 1796068735845, 0, 0, '', false, '{"userId":915331077898242,"referrerId":0}', '');


--
-- Data for Name: wallets_checkpoints; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: wallets_entries; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: wallets_transactions; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: wallets_wallets; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: __EFMigrationsHistory PK___EFMigrationsHistory; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."__EFMigrationsHistory"
    ADD CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId");


--
-- Name: accounts_addresses PK_accounts_addresses; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts_addresses
    ADD CONSTRAINT "PK_accounts_addresses" PRIMARY KEY (id);


--
-- Name: accounts_attempts PK_accounts_attempts; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts_attempts
    ADD CONSTRAINT "PK_accounts_attempts" PRIMARY KEY (key);


--
-- Name: accounts_operators PK_accounts_operators; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts_operators
    ADD CONSTRAINT "PK_accounts_operators" PRIMARY KEY (id);


--
-- Name: accounts_revocations PK_accounts_revocations; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts_revocations
    ADD CONSTRAINT "PK_accounts_revocations" PRIMARY KEY (id);


--
-- Name: accounts_tokens PK_accounts_tokens; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts_tokens
    ADD CONSTRAINT "PK_accounts_tokens" PRIMARY KEY (hash);


--
-- Name: accounts_users PK_accounts_users; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts_users
    ADD CONSTRAINT "PK_accounts_users" PRIMARY KEY (id);


--
-- Name: bargains_bargains PK_bargains_bargains; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bargains_bargains
    ADD CONSTRAINT "PK_bargains_bargains" PRIMARY KEY (id);


--
-- Name: bargains_campaigns PK_bargains_campaigns; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bargains_campaigns
    ADD CONSTRAINT "PK_bargains_campaigns" PRIMARY KEY (id);


--
-- Name: bargains_helpers PK_bargains_helpers; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bargains_helpers
    ADD CONSTRAINT "PK_bargains_helpers" PRIMARY KEY (id);


--
-- Name: bargains_helps PK_bargains_helps; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bargains_helps
    ADD CONSTRAINT "PK_bargains_helps" PRIMARY KEY (bargain_id, helper_id);


--
-- Name: bargains_orders PK_bargains_orders; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bargains_orders
    ADD CONSTRAINT "PK_bargains_orders" PRIMARY KEY (order_id);


--
-- Name: bargains_stocks PK_bargains_stocks; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bargains_stocks
    ADD CONSTRAINT "PK_bargains_stocks" PRIMARY KEY (campaign_id);


--
-- Name: catalog_categories PK_catalog_categories; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_categories
    ADD CONSTRAINT "PK_catalog_categories" PRIMARY KEY (id);


--
-- Name: catalog_counters PK_catalog_counters; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_counters
    ADD CONSTRAINT "PK_catalog_counters" PRIMARY KEY (goods_id);


--
-- Name: catalog_favourites PK_catalog_favourites; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_favourites
    ADD CONSTRAINT "PK_catalog_favourites" PRIMARY KEY (id);


--
-- Name: catalog_freights PK_catalog_freights; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_freights
    ADD CONSTRAINT "PK_catalog_freights" PRIMARY KEY (id);


--
-- Name: catalog_goods PK_catalog_goods; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_goods
    ADD CONSTRAINT "PK_catalog_goods" PRIMARY KEY (id);


--
-- Name: catalog_levels PK_catalog_levels; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_levels
    ADD CONSTRAINT "PK_catalog_levels" PRIMARY KEY (id);


--
-- Name: catalog_member_prices PK_catalog_member_prices; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_member_prices
    ADD CONSTRAINT "PK_catalog_member_prices" PRIMARY KEY (sku_id, level_id);


--
-- Name: catalog_members PK_catalog_members; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_members
    ADD CONSTRAINT "PK_catalog_members" PRIMARY KEY (user_id);


--
-- Name: catalog_parts PK_catalog_parts; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_parts
    ADD CONSTRAINT "PK_catalog_parts" PRIMARY KEY (goods_id);


--
-- Name: catalog_properties PK_catalog_properties; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_properties
    ADD CONSTRAINT "PK_catalog_properties" PRIMARY KEY (id);


--
-- Name: catalog_property_values PK_catalog_property_values; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_property_values
    ADD CONSTRAINT "PK_catalog_property_values" PRIMARY KEY (id);


--
-- Name: catalog_reviews PK_catalog_reviews; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_reviews
    ADD CONSTRAINT "PK_catalog_reviews" PRIMARY KEY (id);


--
-- Name: catalog_search PK_catalog_search; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_search
    ADD CONSTRAINT "PK_catalog_search" PRIMARY KEY (goods_id);


--
-- Name: catalog_sequences PK_catalog_sequences; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_sequences
    ADD CONSTRAINT "PK_catalog_sequences" PRIMARY KEY (name);


--
-- Name: catalog_skus PK_catalog_skus; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_skus
    ADD CONSTRAINT "PK_catalog_skus" PRIMARY KEY (id);


--
-- Name: catalog_stock_changes PK_catalog_stock_changes; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_stock_changes
    ADD CONSTRAINT "PK_catalog_stock_changes" PRIMARY KEY (id);


--
-- Name: catalog_stocks PK_catalog_stocks; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_stocks
    ADD CONSTRAINT "PK_catalog_stocks" PRIMARY KEY (sku_id);


--
-- Name: catalog_stores PK_catalog_stores; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_stores
    ADD CONSTRAINT "PK_catalog_stores" PRIMARY KEY (id);


--
-- Name: catalog_views PK_catalog_views; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalog_views
    ADD CONSTRAINT "PK_catalog_views" PRIMARY KEY (goods_id);


--
-- Name: comments_comments PK_comments_comments; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comments_comments
    ADD CONSTRAINT "PK_comments_comments" PRIMARY KEY (id);


--
-- Name: content_article_tags PK_content_article_tags; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_article_tags
    ADD CONSTRAINT "PK_content_article_tags" PRIMARY KEY (article_id, tag_id);


--
-- Name: content_articles PK_content_articles; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_articles
    ADD CONSTRAINT "PK_content_articles" PRIMARY KEY (id);


--
-- Name: content_banners PK_content_banners; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_banners
    ADD CONSTRAINT "PK_content_banners" PRIMARY KEY (id);


--
-- Name: content_categories PK_content_categories; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_categories
    ADD CONSTRAINT "PK_content_categories" PRIMARY KEY (id);


--
-- Name: content_notices PK_content_notices; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_notices
    ADD CONSTRAINT "PK_content_notices" PRIMARY KEY (id);


--
-- Name: content_pages PK_content_pages; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_pages
    ADD CONSTRAINT "PK_content_pages" PRIMARY KEY (id);


--
-- Name: content_partners PK_content_partners; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_partners
    ADD CONSTRAINT "PK_content_partners" PRIMARY KEY (id);


--
-- Name: content_settings PK_content_settings; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_settings
    ADD CONSTRAINT "PK_content_settings" PRIMARY KEY (id);


--
-- Name: content_tags PK_content_tags; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_tags
    ADD CONSTRAINT "PK_content_tags" PRIMARY KEY (id);


--
-- Name: content_texts PK_content_texts; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_texts
    ADD CONSTRAINT "PK_content_texts" PRIMARY KEY (id);


--
-- Name: content_videos PK_content_videos; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.content_videos
    ADD CONSTRAINT "PK_content_videos" PRIMARY KEY (id);


--
-- Name: coupons_allocations PK_coupons_allocations; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_allocations
    ADD CONSTRAINT "PK_coupons_allocations" PRIMARY KEY (id);


--
-- Name: coupons_cards PK_coupons_cards; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_cards
    ADD CONSTRAINT "PK_coupons_cards" PRIMARY KEY (number);


--
-- Name: coupons_coupons PK_coupons_coupons; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_coupons
    ADD CONSTRAINT "PK_coupons_coupons" PRIMARY KEY (id);


--
-- Name: coupons_marks PK_coupons_marks; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_marks
    ADD CONSTRAINT "PK_coupons_marks" PRIMARY KEY (user_coupon_id);


--
-- Name: coupons_terms PK_coupons_terms; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_terms
    ADD CONSTRAINT "PK_coupons_terms" PRIMARY KEY (coupon_id, version);


--
-- Name: coupons_user_coupons PK_coupons_user_coupons; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_user_coupons
    ADD CONSTRAINT "PK_coupons_user_coupons" PRIMARY KEY (id);


--
-- Name: files_files PK_files_files; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.files_files
    ADD CONSTRAINT "PK_files_files" PRIMARY KEY (id);


--
-- Name: files_usage PK_files_usage; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.files_usage
    ADD CONSTRAINT "PK_files_usage" PRIMARY KEY (user_id);


--
-- Name: groupbuys_campaigns PK_groupbuys_campaigns; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groupbuys_campaigns
    ADD CONSTRAINT "PK_groupbuys_campaigns" PRIMARY KEY (id);


--
-- Name: groupbuys_groups PK_groupbuys_groups; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groupbuys_groups
    ADD CONSTRAINT "PK_groupbuys_groups" PRIMARY KEY (id);


--
-- Name: groupbuys_seats PK_groupbuys_seats; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groupbuys_seats
    ADD CONSTRAINT "PK_groupbuys_seats" PRIMARY KEY (order_id);


--
-- Name: groupbuys_users PK_groupbuys_users; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groupbuys_users
    ADD CONSTRAINT "PK_groupbuys_users" PRIMARY KEY (campaign_id, user_id);


--
-- Name: lotteries_addresses PK_lotteries_addresses; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_addresses
    ADD CONSTRAINT "PK_lotteries_addresses" PRIMARY KEY (draw_id, ordinal);


--
-- Name: lotteries_deliveries PK_lotteries_deliveries; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_deliveries
    ADD CONSTRAINT "PK_lotteries_deliveries" PRIMARY KEY (draw_id);


--
-- Name: lotteries_draws PK_lotteries_draws; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_draws
    ADD CONSTRAINT "PK_lotteries_draws" PRIMARY KEY (id);


--
-- Name: lotteries_goods_prizes PK_lotteries_goods_prizes; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_goods_prizes
    ADD CONSTRAINT "PK_lotteries_goods_prizes" PRIMARY KEY (prize_id);


--
-- Name: lotteries_lotteries PK_lotteries_lotteries; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_lotteries
    ADD CONSTRAINT "PK_lotteries_lotteries" PRIMARY KEY (id);


--
-- Name: lotteries_rules PK_lotteries_rules; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_rules
    ADD CONSTRAINT "PK_lotteries_rules" PRIMARY KEY (lottery_id, version);


--
-- Name: lotteries_settled PK_lotteries_settled; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lotteries_settled
    ADD CONSTRAINT "PK_lotteries_settled" PRIMARY KEY (allocation_id);


--
-- Name: points_card_moves PK_points_card_moves; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.points_card_moves
    ADD CONSTRAINT "PK_points_card_moves" PRIMARY KEY (id);


--
-- Name: points_grants PK_points_grants; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.points_grants
    ADD CONSTRAINT "PK_points_grants" PRIMARY KEY (event, reference);


--
-- Name: points_rules PK_points_rules; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.points_rules
    ADD CONSTRAINT "PK_points_rules" PRIMARY KEY (id);


--
-- Name: points_sign_in_terms PK_points_sign_in_terms; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.points_sign_in_terms
    ADD CONSTRAINT "PK_points_sign_in_terms" PRIMARY KEY (id);


--
-- Name: points_sign_ins PK_points_sign_ins; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.points_sign_ins
    ADD CONSTRAINT "PK_points_sign_ins" PRIMARY KEY (user_id, day);


--
-- Name: points_vouchers PK_points_vouchers; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.points_vouchers
    ADD CONSTRAINT "PK_points_vouchers" PRIMARY KEY (id);


--
-- Name: silo_audit PK_silo_audit; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_audit
    ADD CONSTRAINT "PK_silo_audit" PRIMARY KEY (id);


--
-- Name: silo_cache_changes PK_silo_cache_changes; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_cache_changes
    ADD CONSTRAINT "PK_silo_cache_changes" PRIMARY KEY (transaction_id, tag, key);


--
-- Name: silo_cache_tags PK_silo_cache_tags; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_cache_tags
    ADD CONSTRAINT "PK_silo_cache_tags" PRIMARY KEY (tag);


--
-- Name: silo_id_slots PK_silo_id_slots; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_id_slots
    ADD CONSTRAINT "PK_silo_id_slots" PRIMARY KEY (slot);


--
-- Name: silo_requests PK_silo_requests; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_requests
    ADD CONSTRAINT "PK_silo_requests" PRIMARY KEY (scope, caller_id, request_id);


--
-- Name: silo_work PK_silo_work; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_work
    ADD CONSTRAINT "PK_silo_work" PRIMARY KEY (kind, key);


--
-- Name: wallets_checkpoints PK_wallets_checkpoints; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wallets_checkpoints
    ADD CONSTRAINT "PK_wallets_checkpoints" PRIMARY KEY (account, before_id);


--
-- Name: wallets_entries PK_wallets_entries; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wallets_entries
    ADD CONSTRAINT "PK_wallets_entries" PRIMARY KEY (transaction_id, line);


--
-- Name: wallets_transactions PK_wallets_transactions; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wallets_transactions
    ADD CONSTRAINT "PK_wallets_transactions" PRIMARY KEY (id);


--
-- Name: wallets_wallets PK_wallets_wallets; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wallets_wallets
    ADD CONSTRAINT "PK_wallets_wallets" PRIMARY KEY (user_id);


--
-- Name: orleansquery orleansquery_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orleansquery
    ADD CONSTRAINT orleansquery_pkey PRIMARY KEY (querykey);


--
-- Name: IX_accounts_addresses_deleted_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_accounts_addresses_deleted_at" ON public.accounts_addresses USING btree (deleted_at) WHERE (deleted_at > 0);


--
-- Name: IX_accounts_addresses_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_accounts_addresses_user_id" ON public.accounts_addresses USING btree (user_id) WHERE is_default;


--
-- Name: IX_accounts_addresses_user_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_accounts_addresses_user_id_id" ON public.accounts_addresses USING btree (user_id, id);


--
-- Name: IX_accounts_addresses_user_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_accounts_addresses_user_id_request_id" ON public.accounts_addresses USING btree (user_id, request_id) WHERE (request_id <> ''::text);


--
-- Name: IX_accounts_operators_normalised_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_accounts_operators_normalised_name" ON public.accounts_operators USING btree (normalised_name);


--
-- Name: IX_accounts_revocations_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_accounts_revocations_at" ON public.accounts_revocations USING btree (at);


--
-- Name: IX_accounts_tokens_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_accounts_tokens_expires_at" ON public.accounts_tokens USING btree (expires_at);


--
-- Name: IX_accounts_tokens_owner_kind_owner_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_accounts_tokens_owner_kind_owner_id" ON public.accounts_tokens USING btree (owner_kind, owner_id);


--
-- Name: IX_accounts_users_normalised_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_accounts_users_normalised_name" ON public.accounts_users USING btree (normalised_name);


--
-- Name: IX_bargains_bargains_campaign_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_bargains_bargains_campaign_id_id" ON public.bargains_bargains USING btree (campaign_id, id);


--
-- Name: IX_bargains_bargains_initiator_id_campaign_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_bargains_bargains_initiator_id_campaign_id_request_id" ON public.bargains_bargains USING btree (initiator_id, campaign_id, request_id);


--
-- Name: IX_bargains_campaigns_ends_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_bargains_campaigns_ends_at" ON public.bargains_campaigns USING btree (ends_at);


--
-- Name: IX_bargains_campaigns_goods_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_bargains_campaigns_goods_id_id" ON public.bargains_campaigns USING btree (goods_id, id);


--
-- Name: IX_bargains_helpers_campaign_id_helper_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_bargains_helpers_campaign_id_helper_id" ON public.bargains_helpers USING btree (campaign_id, helper_id);


--
-- Name: IX_bargains_helps_helper_id_campaign_id_initiator_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_bargains_helps_helper_id_campaign_id_initiator_id_request_id" ON public.bargains_helps USING btree (helper_id, campaign_id, initiator_id, request_id);


--
-- Name: IX_bargains_orders_bargain_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_bargains_orders_bargain_id" ON public.bargains_orders USING btree (bargain_id) WHERE (state < 3);


--
-- Name: IX_bargains_orders_initiator_id_campaign_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_bargains_orders_initiator_id_campaign_id_request_id" ON public.bargains_orders USING btree (initiator_id, campaign_id, request_id);


--
-- Name: IX_catalog_counters_orders; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_counters_orders" ON public.catalog_counters USING btree (orders);


--
-- Name: IX_catalog_favourites_goods_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_favourites_goods_id" ON public.catalog_favourites USING btree (goods_id);


--
-- Name: IX_catalog_favourites_user_id_type_goods_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_catalog_favourites_user_id_type_goods_id" ON public.catalog_favourites USING btree (user_id, type, goods_id);


--
-- Name: IX_catalog_goods_bar_code; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_bar_code" ON public.catalog_goods USING btree (bar_code) WHERE (bar_code <> ''::text);


--
-- Name: IX_catalog_goods_category_id_published_hidden_sort_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_category_id_published_hidden_sort_id" ON public.catalog_goods USING btree (category_id, published, hidden, sort, id DESC);


--
-- Name: IX_catalog_goods_freight_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_freight_id" ON public.catalog_goods USING btree (freight_id) WHERE (freight_id <> 0);


--
-- Name: IX_catalog_goods_published_hidden_price_cents_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_published_hidden_price_cents_id" ON public.catalog_goods USING btree (published, hidden, price_cents, id);


--
-- Name: IX_catalog_goods_published_hidden_search_name_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_published_hidden_search_name_id" ON public.catalog_goods USING btree (published, hidden, search_name, id);


--
-- Name: IX_catalog_goods_published_hidden_sort_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_published_hidden_sort_id" ON public.catalog_goods USING btree (published, hidden, sort, id DESC);


--
-- Name: IX_catalog_goods_store_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_goods_store_id" ON public.catalog_goods USING btree (store_id) WHERE (store_id <> 0);


--
-- Name: IX_catalog_member_prices_goods_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_member_prices_goods_id" ON public.catalog_member_prices USING btree (goods_id);


--
-- Name: IX_catalog_members_level_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_members_level_id" ON public.catalog_members USING btree (level_id);


--
-- Name: IX_catalog_property_values_property_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_property_values_property_id" ON public.catalog_property_values USING btree (property_id);


--
-- Name: IX_catalog_reviews_goods_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_reviews_goods_id_id" ON public.catalog_reviews USING btree (goods_id, id);


--
-- Name: IX_catalog_skus_goods_id_pairs; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_catalog_skus_goods_id_pairs" ON public.catalog_skus USING btree (goods_id, pairs);


--
-- Name: IX_catalog_stock_changes_goods_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_stock_changes_goods_id_id" ON public.catalog_stock_changes USING btree (goods_id, id);


--
-- Name: IX_catalog_stock_changes_sku_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_stock_changes_sku_id_id" ON public.catalog_stock_changes USING btree (sku_id, id);


--
-- Name: IX_catalog_stocks_goods_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_catalog_stocks_goods_id" ON public.catalog_stocks USING btree (goods_id);


--
-- Name: IX_comments_comments_parent_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_comments_comments_parent_id_id" ON public.comments_comments USING btree (parent_id, id);


--
-- Name: IX_comments_comments_ref_id_kind_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_comments_comments_ref_id_kind_id" ON public.comments_comments USING btree (ref_id, kind, id);


--
-- Name: IX_comments_comments_status_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_comments_comments_status_id" ON public.comments_comments USING btree (status, id);


--
-- Name: IX_comments_comments_user_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_comments_comments_user_id_id" ON public.comments_comments USING btree (user_id, id);


--
-- Name: IX_comments_comments_user_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_comments_comments_user_id_request_id" ON public.comments_comments USING btree (user_id, request_id);


--
-- Name: IX_content_article_tags_tag_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_content_article_tags_tag_id" ON public.content_article_tags USING btree (tag_id);


--
-- Name: IX_content_articles_category_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_content_articles_category_id" ON public.content_articles USING btree (category_id);


--
-- Name: IX_content_articles_sort_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_content_articles_sort_id" ON public.content_articles USING btree (sort, id);


--
-- Name: IX_content_articles_views; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_content_articles_views" ON public.content_articles USING btree (views);


--
-- Name: IX_content_categories_parent_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_content_categories_parent_id" ON public.content_categories USING btree (parent_id);


--
-- Name: IX_content_notices_user_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_content_notices_user_id_id" ON public.content_notices USING btree (user_id, id);


--
-- Name: IX_content_pages_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_content_pages_key" ON public.content_pages USING btree (key);


--
-- Name: IX_content_settings_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_content_settings_name" ON public.content_settings USING btree (name);


--
-- Name: IX_content_tags_search_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_content_tags_search_name" ON public.content_tags USING btree (search_name);


--
-- Name: IX_content_videos_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_content_videos_key" ON public.content_videos USING btree (key);


--
-- Name: IX_coupons_coupons_password; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_coupons_coupons_password" ON public.coupons_coupons USING btree (password) WHERE (password <> ''::text);


--
-- Name: IX_coupons_marks_coupon_id_mark; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_coupons_marks_coupon_id_mark" ON public.coupons_marks USING btree (coupon_id, mark);


--
-- Name: IX_coupons_marks_subject_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_coupons_marks_subject_id" ON public.coupons_marks USING btree (subject_id);


--
-- Name: IX_coupons_user_coupons_coupon_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_coupons_user_coupons_coupon_id_id" ON public.coupons_user_coupons USING btree (coupon_id, id) WHERE (claimed_at >= 0);


--
-- Name: IX_coupons_user_coupons_user_id_coupon_id_ordinal; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_coupons_user_coupons_user_id_coupon_id_ordinal" ON public.coupons_user_coupons USING btree (user_id, coupon_id, ordinal);


--
-- Name: IX_files_files_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_files_files_expires_at" ON public.files_files USING btree (expires_at);


--
-- Name: IX_files_files_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_files_files_name" ON public.files_files USING btree (name);


--
-- Name: IX_files_files_user_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_files_files_user_id_id" ON public.files_files USING btree (user_id, id);


--
-- Name: IX_groupbuys_campaigns_goods_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_groupbuys_campaigns_goods_id_id" ON public.groupbuys_campaigns USING btree (goods_id, id);


--
-- Name: IX_groupbuys_groups_campaign_id_status_published; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_groupbuys_groups_campaign_id_status_published" ON public.groupbuys_groups USING btree (campaign_id, status, published);


--
-- Name: IX_groupbuys_groups_goods_id_status_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_groupbuys_groups_goods_id_status_id" ON public.groupbuys_groups USING btree (goods_id, status, id);


--
-- Name: IX_groupbuys_groups_opener_id_goods_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_groupbuys_groups_opener_id_goods_id" ON public.groupbuys_groups USING btree (opener_id, goods_id) WHERE reusable;


--
-- Name: IX_groupbuys_seats_group_id_user_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_groupbuys_seats_group_id_user_id_request_id" ON public.groupbuys_seats USING btree (group_id, user_id, request_id);


--
-- Name: IX_groupbuys_seats_user_id_campaign_id_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_groupbuys_seats_user_id_campaign_id_order_id" ON public.groupbuys_seats USING btree (user_id, campaign_id, order_id);


--
-- Name: IX_lotteries_deliveries_lottery_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_lotteries_deliveries_lottery_id" ON public.lotteries_deliveries USING btree (lottery_id);


--
-- Name: IX_lotteries_draws_goods; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_lotteries_draws_goods" ON public.lotteries_draws USING btree (lottery_id, "position") WHERE is_goods;


--
-- Name: IX_lotteries_draws_lottery_id_position; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_lotteries_draws_lottery_id_position" ON public.lotteries_draws USING btree (lottery_id, "position");


--
-- Name: IX_lotteries_draws_lottery_id_prize_id_position; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_lotteries_draws_lottery_id_prize_id_position" ON public.lotteries_draws USING btree (lottery_id, prize_id, "position");


--
-- Name: IX_lotteries_draws_user_id_lottery_id_ordinal; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_lotteries_draws_user_id_lottery_id_ordinal" ON public.lotteries_draws USING btree (user_id, lottery_id, ordinal);


--
-- Name: IX_points_card_moves_user_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_points_card_moves_user_id_id" ON public.points_card_moves USING btree (user_id, id);


--
-- Name: IX_points_card_moves_user_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_points_card_moves_user_id_request_id" ON public.points_card_moves USING btree (user_id, request_id) WHERE (request_id <> ''::text);


--
-- Name: IX_points_grants_user_id_event_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_points_grants_user_id_event_at" ON public.points_grants USING btree (user_id, event, at);


--
-- Name: IX_points_rules_event_threshold_cents; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_points_rules_event_threshold_cents" ON public.points_rules USING btree (event, threshold_cents);


--
-- Name: IX_points_sign_ins_day_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_points_sign_ins_day_user_id" ON public.points_sign_ins USING btree (day, user_id);


--
-- Name: IX_points_sign_ins_user_id_made_up_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_points_sign_ins_user_id_made_up_request_id" ON public.points_sign_ins USING btree (user_id, made_up, request_id) WHERE (request_id <> ''::text);


--
-- Name: IX_points_vouchers_batch_id_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_points_vouchers_batch_id_id" ON public.points_vouchers USING btree (batch_id, id);


--
-- Name: IX_points_vouchers_number; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_points_vouchers_number" ON public.points_vouchers USING btree (number);


--
-- Name: IX_points_vouchers_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_points_vouchers_user_id" ON public.points_vouchers USING btree (user_id) WHERE (user_id <> 0);


--
-- Name: IX_points_vouchers_user_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_points_vouchers_user_id_request_id" ON public.points_vouchers USING btree (user_id, request_id) WHERE (request_id <> ''::text);


--
-- Name: IX_silo_audit_operator_id_rpc_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_silo_audit_operator_id_rpc_request_id" ON public.silo_audit USING btree (operator_id, rpc, request_id);


--
-- Name: IX_silo_audit_subject_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_silo_audit_subject_id" ON public.silo_audit USING btree (subject, id);


--
-- Name: IX_silo_requests_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_silo_requests_at" ON public.silo_requests USING btree (at);


--
-- Name: IX_silo_work_parked_kind_due_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_silo_work_parked_kind_due_at" ON public.silo_work USING btree (parked, kind, due_at);


--
-- Name: IX_wallets_entries_account_transaction_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_wallets_entries_account_transaction_id" ON public.wallets_entries USING btree (account, transaction_id) WHERE (sequence IS NULL);


--
-- Name: IX_wallets_entries_user_id_account_sequence; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_wallets_entries_user_id_account_sequence" ON public.wallets_entries USING btree (user_id, account, sequence) WHERE (sequence IS NOT NULL);


--
-- Name: IX_wallets_entries_user_id_sequence; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_wallets_entries_user_id_sequence" ON public.wallets_entries USING btree (user_id, sequence) WHERE (sequence IS NOT NULL);


--
-- Name: IX_wallets_transactions_kind_reference; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_wallets_transactions_kind_reference" ON public.wallets_transactions USING btree (kind, reference);


--
-- Name: ix_catalog_search_tokens; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_catalog_search_tokens ON public.catalog_search USING gin (string_to_array(tokens, ' '::text));


--
-- Name: ix_orleansstorage; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orleansstorage ON public.orleansstorage USING btree (grainidhash, graintypehash);


--
-- Name: ux_orleansstorage; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX ux_orleansstorage ON public.orleansstorage USING btree (serviceid, graintypestring, grainidn0, grainidn1, COALESCE(grainidextensionstring, ''::character varying));


--
-- PostgreSQL database dump complete
--

