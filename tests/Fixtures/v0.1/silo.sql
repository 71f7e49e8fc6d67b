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
    province text NOT NULL,
    city text NOT NULL,
    referrer_id bigint NOT NULL,
    extra_json text NOT NULL,
    disabled boolean NOT NULL,
    created_at bigint NOT NULL
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
    enabled boolean NOT NULL,
    hidden boolean NOT NULL,
    claimable_until bigint NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: coupons_pieces; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_pieces (
    id bigint NOT NULL,
    coupon_id bigint NOT NULL,
    version integer NOT NULL,
    user_id bigint NOT NULL,
    request_id text NOT NULL,
    request_hash bigint NOT NULL,
    claimed_at bigint NOT NULL
);


--
-- Name: coupons_terms; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons_terms (
    coupon_id bigint NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    amount_cents bigint NOT NULL,
    threshold_cents bigint NOT NULL,
    valid_until bigint NOT NULL
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
-- Name: silo_id_slots; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.silo_id_slots (
    slot integer NOT NULL,
    owner text NOT NULL,
    horizon bigint NOT NULL
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
-- Data for Name: __EFMigrationsHistory; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public."__EFMigrationsHistory" VALUES ('20261124025126_Initial', '10.0.15');


--
-- Data for Name: accounts_attempts; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: accounts_operators; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts_operators VALUES (912960465666048, 'test-owner', 'test-owner', 'AQAAAAIAAAPoAAAAELZt2oKTmLzCVFxqDt1Drk4Q8KXzabSRslfMzMBtbUOu48MQvssxxc1uhFKaj9DkXQ==', 4, false, 1795503537069);


--
-- Data for Name: accounts_revocations; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: accounts_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts_tokens VALUES ('\xa1816861d38c758b9342b1432eed74f67954ad23b700aa53de0eaeaf65b98989', 2, 912960465666048, 1795503537625, 4102444800000, '', '');
INSERT INTO public.accounts_tokens VALUES ('\x8fdf7113ba07ab178081d399d893a8b173a2f698b7598982dc97ba3398cca77f', 1, 912960465666051, 1795503537910, 4102444800000, '', '');


--
-- Data for Name: accounts_users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts_users VALUES (912960465666051, 'fixture-user', 'fixture-user', 'AQAAAAIAAAPoAAAAEMCsb9FQQ3/4bJ2eQwK32UHMX1irgsna1GyZ6r8cVV3V1HCaddi/Nl0ZWGh5swr5fg==', '', '', '', 0, '', false, 1795503537910);


--
-- Data for Name: coupons_coupons; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.coupons_coupons VALUES (912960465666049, 1, 'Ten off', 'ten off', '', true, false, 4102444800000, 1795503537852);


--
-- Data for Name: coupons_pieces; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.coupons_pieces VALUES (912960465666052, 912960465666049, 1, 912960465666051, 'first', 9122498649494069012, 1795503537928);
INSERT INTO public.coupons_pieces VALUES (912960465666053, 912960465666049, 1, 912960465666051, 'second', 9122498649494069012, 1795503537938);


--
-- Data for Name: coupons_terms; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.coupons_terms VALUES (912960465666049, 1, 'Ten off', '', 1000, 0, 4102444800000);


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

INSERT INTO public.orleansstorage VALUES (224904099, 0, 912960465666049, -334214828, 'silo.coupons.coupon', NULL, 'silo', '\x20e8000521e8400f54656e206f6666410101421f0101012901090120007433afb7014000d8c32cbb030101e001030109010501205edf2c06d101205edf2c06d1e0', '2026-11-24 06:58:57.939951', 3);


--
-- Data for Name: silo_audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.silo_audit VALUES (912960465666050, 1795503537852, 912960465666048, 'silo.coupons.v1.CouponsAdminService/CreateCoupon', 'coupon:912960465666049', '', NULL, '{"Id":912960465666049,"State":{"Version":1,"Terms":{"Name":"Ten off","Type":"","AmountCents":1000,"ThresholdCents":0,"StockTotal":10,"LimitPerUser":2,"ClaimableFrom":1577836800000,"ClaimableUntil":4102444800000,"Hidden":false},"Enabled":true,"Claimed":0,"Claimants":0,"CreatedAt":1795503537852,"UpdatedAt":1795503537852,"Exists":true,"StockLeft":10}}', ' 33e552c400002', -7290951744896123520);


--
-- Data for Name: silo_id_slots; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.silo_id_slots VALUES (0, 'db5ec9dd40b0448798a58549a086d1d9', 217666766);


--
-- Data for Name: silo_work; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.silo_work VALUES ('accounts.purge', 'recurring', 1795507137467, 0, 0, 'c833de2dd3784c2e898132ff47412faa', false, '', '');


--
-- Name: __EFMigrationsHistory PK___EFMigrationsHistory; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."__EFMigrationsHistory"
    ADD CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId");


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
-- Name: coupons_coupons PK_coupons_coupons; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_coupons
    ADD CONSTRAINT "PK_coupons_coupons" PRIMARY KEY (id);


--
-- Name: coupons_pieces PK_coupons_pieces; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_pieces
    ADD CONSTRAINT "PK_coupons_pieces" PRIMARY KEY (id);


--
-- Name: coupons_terms PK_coupons_terms; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons_terms
    ADD CONSTRAINT "PK_coupons_terms" PRIMARY KEY (coupon_id, version);


--
-- Name: silo_audit PK_silo_audit; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_audit
    ADD CONSTRAINT "PK_silo_audit" PRIMARY KEY (id);


--
-- Name: silo_id_slots PK_silo_id_slots; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_id_slots
    ADD CONSTRAINT "PK_silo_id_slots" PRIMARY KEY (slot);


--
-- Name: silo_work PK_silo_work; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.silo_work
    ADD CONSTRAINT "PK_silo_work" PRIMARY KEY (kind, key);


--
-- Name: orleansquery orleansquery_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orleansquery
    ADD CONSTRAINT orleansquery_pkey PRIMARY KEY (querykey);


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
-- Name: IX_coupons_pieces_user_id_coupon_id_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_coupons_pieces_user_id_coupon_id_request_id" ON public.coupons_pieces USING btree (user_id, coupon_id, request_id);


--
-- Name: IX_silo_audit_operator_id_rpc_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "IX_silo_audit_operator_id_rpc_request_id" ON public.silo_audit USING btree (operator_id, rpc, request_id);


--
-- Name: IX_silo_audit_subject_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_silo_audit_subject_id" ON public.silo_audit USING btree (subject, id);


--
-- Name: IX_silo_work_parked_due_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "IX_silo_work_parked_due_at" ON public.silo_work USING btree (parked, due_at);


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

